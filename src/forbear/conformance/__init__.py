"""Does what we run say what the law says: worked cases of the law files, and proofs."""
