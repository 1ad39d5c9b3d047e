"""《中华人民共和国民事诉讼法》（2023修正）: scope and gaps in README.md."""
