"""``footnote chat``: a conversation."""
