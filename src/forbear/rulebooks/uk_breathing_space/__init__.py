"""Debt Respite Scheme (Breathing Space) Regulations 2020, England and Wales."""
