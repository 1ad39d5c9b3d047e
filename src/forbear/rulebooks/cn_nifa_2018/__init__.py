"""中国互联网金融协会《互联网金融逾期债务催收自律公约（试行）》: scope and gaps in README.md."""
