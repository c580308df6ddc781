"""One file for each way to speak to a model."""
