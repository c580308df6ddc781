"""``/source``: the reading room."""
