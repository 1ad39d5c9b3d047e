"""Gateways: each channel over its real protocol. They take permitted messages and nothing else."""
