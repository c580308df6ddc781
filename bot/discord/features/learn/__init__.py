"""``/learn``: which channels the bot reads itself, and what happens in them."""
