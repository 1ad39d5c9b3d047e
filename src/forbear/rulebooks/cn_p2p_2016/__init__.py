"""《网络借贷信息中介机构业务活动管理暂行办法》（银监会等令2016年第1号）: scope and gaps in README.md."""
