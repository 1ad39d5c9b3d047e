"""《银行保险机构消费者权益保护管理办法》（银保监会令2022年第9号）: scope and gaps in README.md."""
