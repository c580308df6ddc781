"""The Discord face of Footnote: slash commands, mentions and what their replies look like."""
