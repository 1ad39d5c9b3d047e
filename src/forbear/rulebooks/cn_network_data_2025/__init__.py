"""《网络数据安全管理条例》: scope and gaps in README.md."""
