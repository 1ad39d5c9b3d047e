"""《小额贷款公司综合融资成本管理工作指引》（2025-12）: scope and gaps in README.md."""
