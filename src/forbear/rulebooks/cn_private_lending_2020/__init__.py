"""最高人民法院《关于审理民间借贷案件适用法律若干问题的规定》（2020第二次修正）: scope and gaps in README.md."""
