"""One folder for each thing that the bot does in Discord."""
