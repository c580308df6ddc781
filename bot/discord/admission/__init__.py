"""Who comes to the bot, and whether they are let in."""
