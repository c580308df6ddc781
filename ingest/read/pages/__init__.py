"""Pages that are one post each, and plain text."""
