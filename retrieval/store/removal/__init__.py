"""Taking out what was edited, deleted or is to be forgotten."""
