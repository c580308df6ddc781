"""Exports of Discord."""

__all__ = ["chat_exporter", "csv", "html", "journal", "text"]
