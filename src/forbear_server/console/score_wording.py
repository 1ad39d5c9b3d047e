"""Words of scores, warnings and standing: one place for each closed set."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import get_language, gettext_lazy

from forbear.scoring.cards import Words as CardWords
from forbear_server.console.wording import Words

RECIPES: Words = {
    "early_warning": gettext_lazy("预警"),
    "roll": gettext_lazy("下月恶化"),
    "self_cure": gettext_lazy("自愈"),
    "ability_to_pay": gettext_lazy("还款能力"),
    "reach": gettext_lazy("联系时机"),
    "recovery": gettext_lazy("回款预期"),
    "standing": gettext_lazy("善还分"),
}
CARD_STATES: Words = {
    "draft": gettext_lazy("草稿"),
    "submitted": gettext_lazy("待审批"),
    "approved": gettext_lazy("已批准"),
    "returned": gettext_lazy("已退回"),
    "retired": gettext_lazy("已停用"),
}
CARD_STATE_KINDS: Mapping[str, str] = {
    "draft": "quiet",
    "submitted": "care",
    "approved": "ok",
    "returned": "harm",
    "retired": "quiet",
}
PARTS: Words = {
    "champion": gettext_lazy("在用"),
    "challenger": gettext_lazy("对照"),
}
MEASURES: Words = {
    "auc": "AUC",
    "ks": "KS",
    "brier": "Brier",
    "brier_skill": gettext_lazy("Brier 改进"),
    "ece": gettext_lazy("校准误差 ECE"),
    "slope": gettext_lazy("校准斜率"),
    "intercept": gettext_lazy("校准截距"),
}
MODELS: Words = {
    "lightgbm_tuned": gettext_lazy("LightGBM（调参）"),
    "lightgbm_default": gettext_lazy("LightGBM（默认）"),
    "woe_logistic": gettext_lazy("WOE + 逻辑回归"),
}
VALIDATION_KINDS: Words = {
    "out_of_time": gettext_lazy("时间外验证"),
    "grouped": gettext_lazy("分组交叉验证"),
}
STABILITY: Mapping[str, tuple[str, object]] = {
    "ok": ("ok", gettext_lazy("稳定")),
    "care": ("care", gettext_lazy("留意（≥ 0.10）")),
    "harm": ("harm", gettext_lazy("不稳定（≥ 0.25）")),
}
CARD_REFUSALS: Words = {
    "card-faulty": gettext_lazy("这不是一张完整的评分卡"),
    "card-not-in-state": gettext_lazy("现在的状态不能这样操作"),
    "card-without-out-of-time": gettext_lazy("没有时间外验证结果，不能提交"),
    "sensitive-column": gettext_lazy("评分卡使用了不得使用的特征"),
    "card-not-for-book": gettext_lazy("这张卡读取账本里没有的特征，不能给这里的借据评分"),
    "card-simulated": gettext_lazy("用虚构数据训练的评分卡不能给真实的人评分"),
    "card-version-taken": gettext_lazy("这个版本号已被另一份内容使用"),
    "card-own": gettext_lazy("不能审批自己写的评分卡，请合规部门的另一位同事处理"),
    "card-role-missing": gettext_lazy("您的角色不能这样操作"),
    "card-note-missing": gettext_lazy("请说明退回的理由"),
    "card-part-unknown": gettext_lazy("请选择在用或对照"),
    "card-unknown": gettext_lazy("没有这张评分卡"),
}
CAUSES: Words = {
    "night": gettext_lazy("夜间评分"),
    "payment": gettext_lazy("还款"),
    "failed_debit": gettext_lazy("扣款失败"),
    "promise_missed": gettext_lazy("承诺未兑现"),
    "complaint": gettext_lazy("收到投诉"),
    "dispute": gettext_lazy("收到异议"),
    "hardship": gettext_lazy("困难申请"),
}

DISMISSALS: Words = {
    "already_in_touch": gettext_lazy("已在联系，不需要另外提醒"),
    "paid_meanwhile": gettext_lazy("已经还款"),
    "nothing_needed": gettext_lazy("看过了，不需要帮助"),
    "wrong_data": gettext_lazy("数据有误"),
}
WARNING_STATES: Words = {
    "open": gettext_lazy("待处理"),
    "helped": gettext_lazy("已提供帮助"),
    "dismissed": gettext_lazy("不需要"),
    "lapsed": gettext_lazy("已过期"),
}
WARNING_STATE_KINDS: Mapping[str, str] = {
    "open": "care",
    "helped": "ok",
    "dismissed": "quiet",
    "lapsed": "quiet",
}

POLICY_REFUSALS: Words = {
    "reward-policy-faulty": gettext_lazy("奖励规则文件有误。"),
    "reward-policy-punishes": gettext_lazy("奖励规则不能变相惩罚。"),
    "reward-policy-sensitive": gettext_lazy("奖励规则不能以个人敏感特征为条件。"),
    "reward-policy-of-another": gettext_lazy("这是另一家机构的奖励规则。"),
    "reward-policy-currency": gettext_lazy("币种与账本不同。"),
    "policy-version-taken": gettext_lazy("这个版本号已被另一份内容使用。"),
    "policy-role-missing": gettext_lazy("您的角色不能这样操作。"),
    "policy-own": gettext_lazy("不能审批自己写的奖励规则。"),
    "card-not-in-state": gettext_lazy("现在的状态不能这样操作。"),
    "card-note-missing": gettext_lazy("请说明退回的理由。"),
}
APPEAL_REASONS: Words = {
    "paid_on_time": gettext_lazy("其实已按时还款"),
    "was_promised_relief": gettext_lazy("当时已答应帮扶"),
    "bank_failed": gettext_lazy("银行或渠道故障"),
    "not_my_loan": gettext_lazy("不是本人借款"),
}
APPEAL_STATES: Words = {
    "received": gettext_lazy("复核中，这一期暂不计分"),
    "upheld": gettext_lazy("申诉成立，这一期不计分"),
    "refused": gettext_lazy("申诉不成立"),
}


def in_language(words: CardWords) -> str:
    """A card's own sentence in the page's language."""
    return words.get("en" if get_language() == "en" else "zh-Hans", "")
