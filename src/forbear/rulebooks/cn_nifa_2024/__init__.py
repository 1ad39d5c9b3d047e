"""中国互联网金融协会《互联网金融贷后催收业务指引》（2024）: scope and gaps in README.md."""
