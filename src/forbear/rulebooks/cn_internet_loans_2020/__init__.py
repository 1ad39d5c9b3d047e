"""《商业银行互联网贷款管理暂行办法》（银保监会令2020年第9号）: scope and gaps in README.md."""
