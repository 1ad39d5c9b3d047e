"""《关于进一步促进信用卡业务规范健康发展的通知》（银保监规〔2022〕13号）: scope and gaps in README.md."""
