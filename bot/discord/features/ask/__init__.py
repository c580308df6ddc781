"""Asking: the command, mentions, the answer's card and its buttons."""
