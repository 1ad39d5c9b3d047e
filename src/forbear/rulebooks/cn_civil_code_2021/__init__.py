"""《中华人民共和国民法典》: scope and gaps in README.md."""
