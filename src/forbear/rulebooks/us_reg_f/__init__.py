"""Regulation F (12 CFR part 1006), which binds debt collectors under the FDCPA."""
