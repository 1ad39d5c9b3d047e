"""Peers of the gateways: independent programs, and fakes that are called fakes (README.md)."""
