"""What was lent, when it is due, what was paid and what that pays for."""
