"""Presets: mappings shipped as data, and the shapes of the public data sets they read."""
