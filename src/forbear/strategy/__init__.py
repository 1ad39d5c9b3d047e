"""Which action for which borrower: the rule strategy of the first release, as data."""
