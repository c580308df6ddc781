"""``/threads``: whole threads about something."""
