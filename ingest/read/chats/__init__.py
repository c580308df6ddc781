"""Exports of chats other than Discord."""
