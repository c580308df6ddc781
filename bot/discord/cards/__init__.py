"""What the bot sends: cards, buttons, and other people's words made safe."""
