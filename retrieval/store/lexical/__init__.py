"""BM25, in tantivy and in memory."""
