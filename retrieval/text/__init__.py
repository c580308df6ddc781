"""Words, sentences and lines."""
