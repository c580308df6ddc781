"""Work that is done in a process of its own, and what it says meanwhile."""
