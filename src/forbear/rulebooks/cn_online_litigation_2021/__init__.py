"""《人民法院在线诉讼规则》: scope and gaps in README.md."""
