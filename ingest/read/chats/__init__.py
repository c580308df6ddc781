"""Exports of chats other than Discord."""

__all__ = ["slack", "telegram", "zulip"]
