"""中国银行业协会 金融机构个人消费类贷款催收工作指引（试行）2026: scope and gaps in README.md."""
