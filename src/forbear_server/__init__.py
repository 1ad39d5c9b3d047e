"""The server: everything that has state or a face."""

__version__ = "0.1.0"
