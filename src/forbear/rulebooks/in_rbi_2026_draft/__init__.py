"""RBI draft directions of 2026-02-12 on recovery; never in force as far as we know."""
