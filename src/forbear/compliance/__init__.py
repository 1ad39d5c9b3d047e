"""What a rule, a citation, a parameter and a verdict are; rules are judged here, written elsewhere."""
