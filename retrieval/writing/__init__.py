"""Answers in a language model's words, of which only what the posts carry is shown."""
