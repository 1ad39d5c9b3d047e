"""The fixed words of the console: one place for each closed set, so a label is the same everywhere."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy

from forbear_server.selectors.actors import Role
from forbear_server.selectors.rules import Ground

Words = Mapping[str, str | Promise]

ROLES: Words = {
    Role.COLLECTOR: gettext_lazy("催收员"),
    Role.LEAD: gettext_lazy("组长"),
    Role.STRATEGIST: gettext_lazy("策略"),
    Role.COMPLIANCE: gettext_lazy("合规专员"),
    Role.COMPLAINTS: gettext_lazy("投诉专员"),
    Role.ADMIN: gettext_lazy("管理员"),
}
ACTIONS: Words = {
    "watch": gettext_lazy("不联系·观察"),
    "remind": gettext_lazy("短信提醒"),
    "call": gettext_lazy("人工电话"),
    "offer_arrangement": gettext_lazy("主动提供还款安排"),
    "review": gettext_lazy("人工审阅，不联系"),
}
REASONS: Words = {
    "stage_current": gettext_lazy("未逾期"),
    "stage_just_late": gettext_lazy("刚逾期 1–3 天"),
    "stage_early": gettext_lazy("逾期 4–30 天，先了解情况"),
    "stage_middle": gettext_lazy("逾期 31–90 天，适合谈还款安排"),
    "stage_late": gettext_lazy("逾期 91–180 天，适合谈还款安排"),
    "stage_hard": gettext_lazy("逾期超过 180 天，由人审阅"),
    "snoozed": gettext_lazy("已约定稍后处理"),
    "small_arrears": gettext_lazy("逾期金额很小，不值得打扰"),
    "refused_by_rule": gettext_lazy("今天有规则不允许联系"),
    "needs_review": gettext_lazy("需人工确认后才能联系"),
    "recently_contacted": gettext_lazy("最近刚联系过，留出间隔"),
    "beyond_capacity": gettext_lazy("今天人手已满"),
}
VERDICT_REASONS: Words = {
    "quiet_hours": gettext_lazy("休息时间"),
    "outside_agreed_hours": gettext_lazy("不在约定的时间内"),
    "no_rule_in_force": gettext_lazy("没有规则生效"),
    "third_person": gettext_lazy("不联系第三人"),
    "on_hold": gettext_lazy("暂停联系中"),
    "channel_opted_out": gettext_lazy("已退订该渠道"),
    "time_inconvenient": gettext_lazy("本人说过此时不便"),
    "contact_stopped": gettext_lazy("已书面要求停止联系"),
    "local_time_unknown": gettext_lazy("时区未知，按最严格处理"),
    "night_without_consent": gettext_lazy("夜间联系没有本人同意"),
    "interactive_calls_reached": gettext_lazy("今天接通的人工电话已达上限"),
    "notice_calls_reached": gettext_lazy("今天接通的通知电话已达上限"),
    "unanswered_attempts_reached": gettext_lazy("同一号码今天未接次数已达上限"),
    "agreed_attempts_reached": gettext_lazy("已达约定的每日次数"),
    "agreed_calls_reached": gettext_lazy("已达约定的每日通话次数"),
}
OUTCOMES: Words = {
    "connected": gettext_lazy("接通"),
    "no_answer": gettext_lazy("无人接听"),
    "busy": gettext_lazy("占线"),
    "unreachable": gettext_lazy("关机或停机"),
    "voicemail": gettext_lazy("语音信箱（不留言）"),
    "wrong_number": gettext_lazy("空号或错号"),
    "delivered": gettext_lazy("已送达"),
    "undelivered": gettext_lazy("未送达"),
}
CHANNELS: Words = {
    "voice_interactive": gettext_lazy("人工电话"),
    "voice_notice_ai": gettext_lazy("智能语音"),
    "sms": gettext_lazy("短信"),
    "app": gettext_lazy("App 推送"),
    "mail": gettext_lazy("邮件"),
    "wechat": gettext_lazy("微信服务消息"),
    "letter": gettext_lazy("信函"),
    "visit": gettext_lazy("上门"),
}
ITEM_STATES: Words = {
    "open": gettext_lazy("待处理"),
    "taken": gettext_lazy("处理中"),
    "snoozed": gettext_lazy("稍后处理"),
    "done": gettext_lazy("已完成"),
}
SNOOZE_REASONS: Words = {
    "asked_by_borrower": gettext_lazy("本人希望晚些联系"),
    "waiting_for_payment": gettext_lazy("等待入账"),
    "waiting_for_colleague": gettext_lazy("等待同事答复"),
    "not_reached": gettext_lazy("未联系上，换个时间"),
}
WORKLIST_REFUSALS: Words = {
    "not_permitted_now": gettext_lazy("现在不允许联系这位借款人。"),
    "snooze_in_the_past": gettext_lazy("请选择之后的时间。"),
    "snooze_outside_hours": gettext_lazy("请选择允许联系的时段内的时间。"),
    "not_taken_by_you": gettext_lazy("请先点「开始处理」。"),
    "already_finished": gettext_lazy("这条待办今天已经处理完成。"),
    "only_a_lead_reassigns": gettext_lazy("只有组长可以转交。"),
    "not_a_collector_of_the_team": gettext_lazy("只能转交给本组的催收员。"),
    "nobody_next": gettext_lazy("现在没有可以联系、又没有人在处理的借款人。"),
    "break_refused": gettext_lazy(
        "现在没有休息可用：先处置完手上的电话；休息在一天两通不容易的电话之后提供。"
    ),
}
METHODS: Words = {
    "equal_instalment": gettext_lazy("等额本息"),
    "equal_principal": gettext_lazy("等额本金"),
    "interest_first": gettext_lazy("先息后本"),
    "bullet": gettext_lazy("到期一次还本付息"),
    "given": gettext_lazy("按机构提供的还款计划"),
}
PAYMENT_KINDS: Words = {
    "payment": gettext_lazy("还款"),
    "reversal": gettext_lazy("冲正"),
    "refund": gettext_lazy("退款"),
    "waiver": gettext_lazy("减免"),
    "recovery": gettext_lazy("核销后收回"),
}
BUCKETS: Words = {
    "written_off": gettext_lazy("已核销"),
    "settled": gettext_lazy("已结清"),
}
RUN_STATES: Words = {
    "pending": gettext_lazy("待运行"),
    "running": gettext_lazy("运行中"),
    "finished": gettext_lazy("已完成"),
    "failed": gettext_lazy("失败"),
    "paused": gettext_lazy("已暂停"),
    "interrupted": gettext_lazy("已中断"),
}
STAGES: Words = {
    "lock": gettext_lazy("锁定营业日"),
    "export": gettext_lazy("合并导入"),
    "age": gettext_lazy("逾期天数与分档"),
    "score": gettext_lazy("评分"),
    "gate": gettext_lazy("合规预检"),
    "assign": gettext_lazy("处置优化"),
    "worklists": gettext_lazy("生成清单"),
    "report": gettext_lazy("报表"),
}
IMPORT_STATES: Words = {
    "awaiting_mapping": gettext_lazy("待映射"),
    "checking": gettext_lazy("检查中"),
    "awaiting_confirmation": gettext_lazy("待确认"),
    "importing": gettext_lazy("导入中"),
    "completed": gettext_lazy("已完成"),
    "part_completed": gettext_lazy("部分完成"),
    "withdrawn": gettext_lazy("已撤销"),
    "failed": gettext_lazy("失败"),
}
IMPORT_KINDS: Words = {
    "new": gettext_lazy("新增"),
    "financial": gettext_lazy("资金"),
    "maintenance": gettext_lazy("维护"),
    "recall": gettext_lazy("撤回"),
    "full_snapshot": gettext_lazy("全量"),
}
PREVIEW_COLUMNS: Words = {
    "loan_id": gettext_lazy("借据"),
    "borrower_id": gettext_lazy("借款人编号"),
    "product": gettext_lazy("产品"),
    "currency": gettext_lazy("币种"),
    "principal_minor": gettext_lazy("本金"),
    "interest_minor": gettext_lazy("利息"),
    "fees_minor": gettext_lazy("费用"),
    "amount_minor": gettext_lazy("金额"),
    "arrears_minor": gettext_lazy("逾期应还"),
    "outstanding_minor": gettext_lazy("未结清"),
    "disbursed_on": gettext_lazy("放款日"),
    "due_on": gettext_lazy("到期日"),
    "effective_on": gettext_lazy("入账日"),
    "days_past_due": gettext_lazy("逾期天数"),
    "bucket": gettext_lazy("分档"),
    "seq": gettext_lazy("期"),
    "kind": gettext_lazy("种类"),
    "name": gettext_lazy("姓名"),
    "phone": gettext_lazy("手机号"),
    "id_number": gettext_lazy("身份证号"),
    "address": gettext_lazy("地址"),
}
WITHDRAWAL_REFUSALS: Words = {
    "not_accepted": gettext_lazy("这次导入没有写入，不需要撤销。"),
    "another_day": gettext_lazy("只能在同一营业日内撤销。"),
    "later_tape": gettext_lazy("此后又导入了别的文件，不能只撤销这一份。"),
    "no_way_back": gettext_lazy("保留的上一版不是去掉这份文件后的数据，不能撤销。"),
    "night_at_work": gettext_lazy("批处理正在运行，请等它结束后再撤销。"),
    "book_busy": gettext_lazy("另一次导入正在写入，请稍后再试。"),
    "compliance_approves": gettext_lazy("撤销由合规专员批准。"),
    "nobody_asked": gettext_lazy("还没有人申请撤销。"),
    "own_request": gettext_lazy("不能批准自己提出的申请。"),
    "not_your_role": gettext_lazy("您的角色不能撤销导入。"),
}
IMPORT_REFUSALS: Words = {
    "already_taken": gettext_lazy("此文件已导入，未重复写入。"),
    "nothing_to_take": gettext_lazy("没有一行可以导入，请先修改文件。"),
    "book_changed": gettext_lazy("检查之后数据有变化，请重新检查。"),
    "book_moved": gettext_lazy("检查之后数据有变化，请重新检查。"),
    "book_busy": gettext_lazy("另一次导入正在写入，请稍后再试。"),
    "night_at_work": gettext_lazy("批处理正在运行，请等它结束后再导入。"),
}
PREVIEWS: Words = {
    "loans": gettext_lazy("借据"),
    "instalments": gettext_lazy("还款计划"),
    "payments": gettext_lazy("还款"),
    "persons": gettext_lazy("借款人（已掩码）"),
}
LEVELS: Words = {
    "error": gettext_lazy("错误"),
    "warning": gettext_lazy("警告"),
    "note": gettext_lazy("提示"),
}
INSTRUMENT_KINDS: Words = {
    "law": gettext_lazy("法律"),
    "administrative_regulation": gettext_lazy("行政法规"),
    "departmental_rule": gettext_lazy("部门规章"),
    "judicial_interpretation": gettext_lazy("司法解释"),
    "normative_document": gettext_lazy("规范性文件"),
    "standard": gettext_lazy("标准"),
    "self_regulation": gettext_lazy("自律规范"),
    "policy": gettext_lazy("机构政策"),
}
STRENGTHS: Words = {
    "strictly_prohibited": gettext_lazy("严禁"),
    "must_not": gettext_lazy("不得"),
    "should_not": gettext_lazy("不应"),
    "not_advisable": gettext_lazy("不宜"),
}
CONFIDENCES: Words = {
    "official": gettext_lazy("已核原文"),
    "secondary": gettext_lazy("二手来源"),
    "unverified": gettext_lazy("待核实"),
}
QUOTE_KINDS: Words = {
    "article_text": gettext_lazy("原文"),
    "quoted": gettext_lazy("转引"),
    "paraphrase": gettext_lazy("转述"),
    "translation": gettext_lazy("译文"),
}
LIST_KINDS: Mapping[str, str] = {
    "open": "quiet",
    "taken": "note",
    "snoozed": "help",
    "done": "ok",
    "pending": "quiet",
    "running": "note",
    "finished": "ok",
    "failed": "harm",
    "paused": "help",
    "interrupted": "care",
    "awaiting_mapping": "care",
    "checking": "note",
    "awaiting_confirmation": "care",
    "importing": "note",
    "completed": "ok",
    "part_completed": "care",
    "withdrawn": "quiet",
    "error": "harm",
    "warning": "care",
    "note": "note",
    "allowed": "ok",
    "refused": "care",
    "needs_review": "care",
}


def word(words: Words, code: str) -> str:
    """The label of a code; an unknown code is shown as it is rather than hidden."""
    return str(words.get(code, code))


def role_name(role: Role) -> str:
    return word(ROLES, role)


def is_english() -> bool:
    return get_language() == "en"


def sentence(ground: Ground) -> str:
    return ground.sentence_en if is_english() else ground.sentence_zh
