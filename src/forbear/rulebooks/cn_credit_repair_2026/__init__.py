"""中国人民银行《关于实施一次性信用修复政策有关安排的通知》（2025-12-22）: scope and gaps in README.md."""
