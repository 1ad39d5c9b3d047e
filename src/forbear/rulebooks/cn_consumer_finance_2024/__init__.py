"""《消费金融公司管理办法》（国家金融监督管理总局令2024年第4号）: scope and gaps in README.md."""
