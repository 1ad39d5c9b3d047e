"""Massachusetts 940 CMR 7.00: contacts in seven days, creditors included."""
