"""两高《关于办理侵犯公民个人信息刑事案件适用法律若干问题的解释》: scope and gaps in README.md."""
