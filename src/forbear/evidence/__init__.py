"""A tamper-evident log: Merkle tree, tiles, signed checkpoints, proofs, and who may check them."""
