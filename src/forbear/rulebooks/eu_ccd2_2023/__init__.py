"""Directive (EU) 2023/2225: forbearance before enforcement."""
