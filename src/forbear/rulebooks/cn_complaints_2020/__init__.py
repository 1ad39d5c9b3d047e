"""《银行业保险业消费投诉处理管理办法》（银保监会令2020年第3号）: scope and gaps in README.md."""
