"""What people and programs see on stdout."""
