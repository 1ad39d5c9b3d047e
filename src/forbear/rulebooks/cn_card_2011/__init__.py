"""《商业银行信用卡业务监督管理办法》（银监会令2011年第2号）: scope and gaps in README.md."""
