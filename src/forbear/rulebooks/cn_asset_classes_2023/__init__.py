"""《商业银行金融资产风险分类办法》（银保监会、人民银行令2023年第1号）: scope and gaps in README.md."""
