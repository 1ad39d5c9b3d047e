"""《诉讼费用交纳办法》: scope and gaps in README.md."""
