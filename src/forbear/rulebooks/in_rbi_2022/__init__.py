"""RBI circular of 2022-08-12 on recovery agents."""
