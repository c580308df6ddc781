"""Collections in BEIR layout."""
