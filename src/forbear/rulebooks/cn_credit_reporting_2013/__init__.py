"""《征信业管理条例》: scope and gaps in README.md."""
