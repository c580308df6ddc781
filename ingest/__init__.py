"""From files to threads, posts, quotes and passages in the index."""
