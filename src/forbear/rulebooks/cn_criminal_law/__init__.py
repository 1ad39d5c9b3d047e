"""《中华人民共和国刑法》: scope and gaps in README.md."""
