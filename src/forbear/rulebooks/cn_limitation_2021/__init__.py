"""最高人民法院《关于审理民事案件适用诉讼时效制度若干问题的规定》（2020修正）: scope and gaps in README.md."""
