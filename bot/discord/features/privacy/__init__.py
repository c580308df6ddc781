"""``/forget-me``, and what is forgotten by itself."""
