"""《中华人民共和国治安管理处罚法》（2025修订）: scope and gaps in README.md."""
