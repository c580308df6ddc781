"""Mail: archives of lists, mbox files, single messages."""
