"""Where passages are kept and found again: catalogue, vectors, lexical index."""
