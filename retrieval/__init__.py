"""What is known, how it is found, and how it is answered."""
