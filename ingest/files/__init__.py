"""Finding, opening and watching files."""
