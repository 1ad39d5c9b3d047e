"""Work that runs without a person at the screen."""
