"""The faces of Footnote: Discord and the terminal."""
