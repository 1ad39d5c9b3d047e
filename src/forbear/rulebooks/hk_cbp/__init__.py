"""Hong Kong Code of Banking Practice: third persons."""
