"""GB/T 45251-2025 互联网金融 个人网络消费信贷 贷后催收风控指引: scope and gaps in README.md."""
