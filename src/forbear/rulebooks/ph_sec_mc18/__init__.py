"""Philippines SEC Memorandum Circular 18 of 2019 on unfair collection."""
