"""FCA CONC 7: arrears, default and recovery."""
