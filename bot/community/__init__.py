"""What the bot remembers of communities: no Discord here, plain ids and plain records."""
