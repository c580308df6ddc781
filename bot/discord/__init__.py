"""The Discord face of Footnote: slash commands, mentions and what their replies look like."""

__all__ = ["run", "settings"]
