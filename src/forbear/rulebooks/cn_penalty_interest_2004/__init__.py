"""中国人民银行《关于人民币贷款利率有关问题的通知》（银发〔2003〕251号）: scope and gaps in README.md."""
