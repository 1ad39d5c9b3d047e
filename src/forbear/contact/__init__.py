"""Channels, attempts, consents, and the facts a rule needs about the next contact."""
