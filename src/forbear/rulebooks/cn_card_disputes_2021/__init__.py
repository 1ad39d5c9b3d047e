"""最高人民法院《关于审理银行卡民事纠纷案件若干问题的规定》: scope and gaps in README.md."""
