"""What a question says besides what it asks: whose words, and of when."""
