"""Scores that explain themselves: features, whole-point cards, warnings, standing and rewards."""
