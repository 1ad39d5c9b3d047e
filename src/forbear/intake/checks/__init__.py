"""Checks of a shaped tape, one file a concern; each logs findings and changes nothing."""
