"""What a rule may be asked about besides a contact: one frozen facts dataclass a matter."""
