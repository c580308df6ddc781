"""The SQLite file that knows every thread, post and passage."""
