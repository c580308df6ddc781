"""Programs for developing Footnote; nothing here is installed with it."""
