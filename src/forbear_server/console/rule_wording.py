"""The fixed words of the rules explorer and of the page 能否联系; see `wording` for the others."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy

from forbear.compliance.citations import Bilingual
from forbear.compliance.fact_kinds import Kind
from forbear.compliance.words import clock
from forbear_server.console.wording import CHANNELS, Words, is_english, word
from forbear_server.ui.templatetags.forbear import money

JURISDICTIONS: Words = {
    "CN": gettext_lazy("中国"),
    "EU": gettext_lazy("欧盟"),
    "HK": gettext_lazy("中国香港"),
    "ID": gettext_lazy("印度尼西亚"),
    "IN": gettext_lazy("印度"),
    "KE": gettext_lazy("肯尼亚"),
    "NG": gettext_lazy("尼日利亚"),
    "PH": gettext_lazy("菲律宾"),
    "SG": gettext_lazy("新加坡"),
    "UK": gettext_lazy("英国"),
    "UK-EW": gettext_lazy("英格兰和威尔士"),
    "US": gettext_lazy("美国"),
    "US-MA": gettext_lazy("美国马萨诸塞州"),
}
LENDER_KINDS: Words = {
    "bank": gettext_lazy("银行"),
    "consumer_finance": gettext_lazy("消费金融公司"),
    "microloan": gettext_lazy("小额贷款公司"),
    "auto_finance": gettext_lazy("汽车金融公司"),
    "assignee": gettext_lazy("受让机构"),
    "outsourced_agency": gettext_lazy("外包机构"),
    "loan_facilitation_platform": gettext_lazy("助贷平台"),
    "p2p_platform": gettext_lazy("网络借贷信息中介"),
    "private_lender": gettext_lazy("民间出借人"),
    "credit_bureau": gettext_lazy("征信机构"),
    "trust": gettext_lazy("信托公司"),
    "other": gettext_lazy("其他放款机构"),
}
PRODUCTS: Words = {
    "online_consumer_loan": gettext_lazy("网络消费贷款"),
    "credit_card": gettext_lazy("信用卡"),
    "personal_consumer_loan": gettext_lazy("个人消费贷款"),
}
MEMBERSHIPS: Words = {
    "cba": gettext_lazy("中国银行业协会会员"),
    "nifa": gettext_lazy("中国互联网金融协会会员"),
}
TOPICS: Words = {
    "quiet_hours": gettext_lazy("时段"),
    "call_frequency": gettext_lazy("频次"),
    "third_party": gettext_lazy("第三人"),
    "channel": gettext_lazy("渠道"),
    "visit": gettext_lazy("上门"),
    "recording": gettext_lazy("录音"),
    "complaints": gettext_lazy("投诉"),
    "credit_reporting": gettext_lazy("征信"),
    "cost": gettext_lazy("费用"),
    "personal_data": gettext_lazy("个人信息"),
    "privacy": gettext_lazy("隐私"),
    "conduct": gettext_lazy("行为"),
    "harassment": gettext_lazy("骚扰"),
    "notice": gettext_lazy("告知"),
    "limitation": gettext_lazy("诉讼时效"),
    "litigation": gettext_lazy("诉讼"),
    "court_fee": gettext_lazy("诉讼费"),
    "evidence": gettext_lazy("证据"),
    "retention": gettext_lazy("留存期限"),
    "outsourcing": gettext_lazy("外包"),
    "assignment": gettext_lazy("债权转让"),
    "classification": gettext_lazy("风险分类"),
    "hardship": gettext_lazy("困难与暂停"),
    "allocation": gettext_lazy("清偿顺序"),
    "limits": gettext_lazy("限额"),
    "automated_decision": gettext_lazy("自动化决策"),
}
RECIPIENTS: Words = {
    "borrower": gettext_lazy("借款人本人"),
    "guarantor": gettext_lazy("担保人"),
    "contact_person": gettext_lazy("预留联系人"),
    "spouse": gettext_lazy("配偶"),
    "heir": gettext_lazy("继承人"),
    "employer": gettext_lazy("工作单位"),
    "attorney": gettext_lazy("代理律师"),
    "parent": gettext_lazy("父母"),
    "other_person": gettext_lazy("其他人"),
}
PURPOSES: Words = {
    "collect": gettext_lazy("催收"),
    "ask_contact_details": gettext_lazy("询问联系方式"),
    "pass_message": gettext_lazy("请人转告"),
    "repayment_information": gettext_lazy("告知还款信息"),
    "establish_contact_with_heirs": gettext_lazy("与继承人取得联系"),
    "demand_payment": gettext_lazy("要求付款"),
    "answer_complaint": gettext_lazy("答复投诉"),
    "answer_request": gettext_lazy("答复本人的请求"),
}
AGREEMENTS: Words = {
    "none": gettext_lazy("没有"),
    "performing": gettext_lazy("履行中"),
    "breached": gettext_lazy("已违约"),
}
STANDINGS: Words = {
    "refuses": gettext_lazy("命中"),
    "needs_review": gettext_lazy("命中·需复核"),
    "advises": gettext_lazy("提示"),
    "excepted": gettext_lazy("例外适用"),
    "passes": gettext_lazy("通过"),
    "not_yet": gettext_lazy("这一天尚未生效"),
    "no_longer": gettext_lazy("这一天已失效"),
    "off": gettext_lazy("默认关闭"),
    "other_lender": gettext_lazy("不约束这类机构"),
    "other_product": gettext_lazy("不适用于这种产品"),
    "not_a_member": gettext_lazy("机构不是该组织会员"),
}
RULINGS: Words = {
    "allowed": gettext_lazy("可以"),
    "refused": gettext_lazy("不可以"),
    "needs_review": gettext_lazy("需复核"),
    "mixed": gettext_lazy("部分时间可以"),
}
UNITS: Words = {
    "days": gettext_lazy("天"),
    "calls": gettext_lazy("次电话"),
    "years": gettext_lazy("年"),
    "months": gettext_lazy("个月"),
    "times": gettext_lazy("次"),
    "items": gettext_lazy("项"),
    "messages": gettext_lazy("条消息"),
    "contacts": gettext_lazy("次联系"),
    "persons": gettext_lazy("人"),
    "attempts": gettext_lazy("次尝试"),
    "percent": gettext_lazy("百分比"),
    "basis points": gettext_lazy("基点"),
    "weekday": gettext_lazy("星期"),
    "collections": gettext_lazy("次催收"),
    "reports": gettext_lazy("份报告"),
    "replies": gettext_lazy("次答复"),
    "communications": gettext_lazy("次沟通"),
    "times half the average wage": gettext_lazy("倍平均工资的一半"),
}
CONFIDENCE_KINDS: Mapping[str, str] = {"official": "ok", "secondary": "care", "unverified": "harm"}
STANDING_KINDS: Mapping[str, str] = {
    "refuses": "harm",
    "needs_review": "care",
    "advises": "note",
    "excepted": "help",
    "passes": "ok",
}
# The words of facts that are one out of a closed list; the others are shown as they are.
_WORDS_OF: Mapping[str, Words] = {
    "channel": CHANNELS,
    "recipient": RECIPIENTS,
    "purpose": PURPOSES,
    "instalment_agreement": AGREEMENTS,
}


def fact_words(kind: Kind) -> list[tuple[str, str]]:
    """The choices of a fact that is one word out of a list, with their labels."""
    return [(code, word(_WORDS_OF.get(kind.name, {}), code)) for code in kind.words]


def fact_label(kind: Kind) -> str:
    return kind.en if is_english() else kind.zh


def fact_value(kind: Kind, held: object) -> str:
    """A fact as a reader says it: a clock time, yes or no, a word."""
    if held is None:
        return str(_UNKNOWN)
    if isinstance(held, bool):
        return str(_YES if held else _NO)
    if isinstance(held, int) and kind.unit.startswith("minute of the day"):
        return clock(held)
    return word(_WORDS_OF.get(kind.name, {}), str(held))


def parameter_value(unit: str, value: int) -> str:
    """A number of the law with its unit: a clock time, a date, or the number and the unit."""
    if unit == "minute":
        return clock(value)
    if unit == "yyyymmdd":
        return f"{value // 10000:04d}-{value // 100 % 100:02d}-{value % 100:02d}"
    if unit == "fen":
        return money(value)
    return f"{value:,} {word(UNITS, unit)}"


def in_language(text: Bilingual) -> str:
    return text.en if is_english() else text.zh


_UNKNOWN, _YES, _NO = gettext_lazy("未知"), gettext_lazy("是"), gettext_lazy("否")
