"""Nigeria FCCPC consumer lending regulations 2025: nothing computable yet."""
