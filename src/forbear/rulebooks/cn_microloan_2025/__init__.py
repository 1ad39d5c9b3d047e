"""《小额贷款公司监督管理暂行办法》（金规〔2024〕26号）: scope and gaps in README.md."""
