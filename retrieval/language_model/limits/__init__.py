"""What a call may cost, in time and in money."""
