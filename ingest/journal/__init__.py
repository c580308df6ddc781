"""What a live server's channels said, one file a channel or thread, written as it happens."""
