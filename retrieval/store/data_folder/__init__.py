"""Whose data folder it is, and who has it open."""
