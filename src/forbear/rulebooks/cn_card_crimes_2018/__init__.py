"""两高《关于办理妨害信用卡管理刑事案件具体应用法律若干问题的解释》（2018修改）: scope and gaps in README.md."""
