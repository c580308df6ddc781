"""From ranked passages to a cited answer, or to saying that there is none."""
