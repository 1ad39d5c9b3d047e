"""《中华人民共和国个人信息保护法》: scope and gaps in README.md."""
