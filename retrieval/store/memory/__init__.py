"""What a search keeps in memory of a knowledge base."""
