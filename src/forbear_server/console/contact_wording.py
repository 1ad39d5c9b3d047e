"""Words of the contact pages: states of messages and channels, holds, wishes, refusals."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from forbear_server.console.wording import Words

LINKS: Words = {
    "up": gettext_lazy("正常"),
    "limited": gettext_lazy("限速"),
    "down": gettext_lazy("断开"),
    "stopped": gettext_lazy("停用"),
    "idle": gettext_lazy("没有发送进程"),
}
LINK_KINDS = {"up": "ok", "limited": "care", "down": "harm", "stopped": "quiet", "idle": "care"}
MESSAGE_STATES: Words = {
    "queued": gettext_lazy("排队中"),
    "claimed": gettext_lazy("已领取"),
    "sending": gettext_lazy("发送中"),
    "done": gettext_lazy("已发送"),
    "in_doubt": gettext_lazy("结果待确认"),
    "cancelled": gettext_lazy("已拦截"),
    "dead": gettext_lazy("未送达"),
    "delivered": gettext_lazy("已送达"),
    "undelivered": gettext_lazy("未送达"),
}
MESSAGE_KINDS = {
    "queued": "note",
    "claimed": "note",
    "sending": "note",
    "done": "quiet",
    "in_doubt": "care",
    "cancelled": "quiet",
    "dead": "harm",
    "delivered": "ok",
    "undelivered": "harm",
}
MESSAGE_REASONS: Words = {
    "worker_lost": gettext_lazy("发送进程中断，渠道没有答复"),
    "no_answer": gettext_lazy("渠道没有答复"),
    "gateway_broke": gettext_lazy("网关出错，渠道可能已接收"),
    "never_taken": gettext_lazy("渠道对账确认没有接收"),
    "answered_too_late": gettext_lazy("渠道过后才答复没有接收"),
    "window_over": gettext_lazy("过了允许的时段"),
    "channel_never_ready": gettext_lazy("渠道一直没有就绪"),
    "channel_opt_out": gettext_lazy("本人退订了这个渠道"),
    "contact_stopped": gettext_lazy("本人要求停止联系"),
    "taken_in_part": gettext_lazy("渠道只接收了一部分"),
    "replaced": gettext_lazy("机构更新了这个号码或地址"),
}
HOLDS: Words = {
    "complaint": gettext_lazy("投诉处理中"),
    "dispute": gettext_lazy("异议核实中"),
    "hardship": gettext_lazy("困难评估中"),
    "arrangement": gettext_lazy("还款安排履行中"),
    "pause": gettext_lazy("本人要求暂停"),
    "representative": gettext_lazy("已委托代理人"),
    "deceased": gettext_lazy("已故"),
    "incapacity": gettext_lazy("丧失行为能力"),
    "minor": gettext_lazy("未成年人"),
    "paid_claimed": gettext_lazy("核对还款中"),
}
HOLD_LEAVES: Words = {
    "complaint": gettext_lazy("仍可：答复投诉、法定通知、回应本人发起的联系"),
    "dispute": gettext_lazy("仍可：答复异议、法定通知、回应本人发起的联系"),
    "hardship": gettext_lazy("仍可：告知可选的帮助、请求补充材料"),
    "arrangement": gettext_lazy("仍可：每期到期前三天在约定渠道提醒一次"),
    "pause": gettext_lazy("仍可：法定通知"),
    "representative": gettext_lazy("仍可：联系代理人"),
    "deceased": gettext_lazy("不做任何自动联系，由合规决定"),
    "incapacity": gettext_lazy("不做任何自动联系，由合规决定"),
    "minor": gettext_lazy("不做任何自动联系，由合规决定"),
    "paid_claimed": gettext_lazy("两天内不联系，先核对入账"),
}
PREFERENCES: Words = {
    "agreed_hours": gettext_lazy("约定时段"),
    "night_contact": gettext_lazy("同意夜间联系"),
    "attempt_cap": gettext_lazy("约定未接次数上限"),
    "call_cap": gettext_lazy("约定电话次数上限"),
    "frequent_calls": gettext_lazy("同意更频繁通话"),
    "channel_opt_in": gettext_lazy("同意使用渠道"),
    "channel_opt_out": gettext_lazy("停用渠道"),
    "contact_stopped": gettext_lazy("要求停止联系"),
    "inconvenient_hours": gettext_lazy("不方便的时段"),
    "language": gettext_lazy("语言"),
}
SOURCES: Words = {
    "inbound": gettext_lazy("本人回复"),
    "collector": gettext_lazy("通话中告知"),
    "portal": gettext_lazy("自助页面"),
    "program": gettext_lazy("机构系统"),
}
CHANNEL_REFUSALS: Words = {
    "channel_refused": gettext_lazy("没有执行：需要管理员、原因，且状态要相符。"),
    "resolution_refused": gettext_lazy("没有核对：需要管理员、原因，且消息要在待确认状态。"),
    "reveal_refused": gettext_lazy("没有打开：请选择原因；这条回复也可能已经处理。"),
    "inbound_unknown": gettext_lazy("没有这条回复，或已经处理。"),
}
REPLY_REASONS: Words = {
    "whose_number": gettext_lazy("查明是谁发来的"),
    "complaint": gettext_lazy("处理投诉或异议"),
    "regulator": gettext_lazy("监管或司法要求"),
}
REPLY_OUTCOMES: Words = {
    "read": gettext_lazy("已阅，不用处理"),
    "done": gettext_lazy("已按内容处理"),
    "answered": gettext_lazy("已答复"),
}
DISPOSITIONS: Words = {
    "promised": gettext_lazy("本人·承诺还款"),
    "arrangement_asked": gettext_lazy("本人·申请还款安排"),
    "hardship_told": gettext_lazy("本人·反映困难"),
    "disputed": gettext_lazy("本人·提出异议"),
    "complained": gettext_lazy("本人·投诉"),
    "callback_agreed": gettext_lazy("本人·约定再联系"),
    "channel_stopped": gettext_lazy("本人·停止此渠道"),
    "paid_claimed": gettext_lazy("本人·称已还款"),
    "other": gettext_lazy("本人·其他"),
    "third_person": gettext_lazy("非本人接听"),
    "representative": gettext_lazy("自称代理人"),
    "deceased_told": gettext_lazy("称借款人去世"),
    "cut": gettext_lazy("通话被中断"),
    "no_answer": gettext_lazy("无人接听"),
    "busy": gettext_lazy("占线"),
    "unreachable": gettext_lazy("关机或停机"),
    "voicemail": gettext_lazy("语音信箱（不留言）"),
    "wrong_number": gettext_lazy("空号或错号"),
    "notice_said": gettext_lazy("智能语音已播报"),
    "dialling": gettext_lazy("呼叫中"),
    "ringing": gettext_lazy("振铃"),
    "connected": gettext_lazy("通话中"),
    "wrap_up": gettext_lazy("待处置"),
    "done": gettext_lazy("已完成"),
    "not_placed": gettext_lazy("未拨出"),
    "failed": gettext_lazy("失败"),
}
INTENTS: Words = {
    "will_pay_on": gettext_lazy("会在某天还"),
    "cannot_pay": gettext_lazy("还不上"),
    "wrong_number": gettext_lazy("号码不对"),
    "disputes_debt": gettext_lazy("对债务有异议"),
    "complains": gettext_lazy("投诉"),
    "stop": gettext_lazy("要求停止"),
    "hardship": gettext_lazy("有困难"),
    "says_paid": gettext_lazy("称已还款"),
    "represented": gettext_lazy("已有代理人"),
    "deceased_told": gettext_lazy("称借款人去世"),
    "minor_told": gettext_lazy("称是未成年人"),
    "callback": gettext_lazy("请另约时间"),
    "asks_who": gettext_lazy("问是谁"),
    "asks_amount": gettext_lazy("问金额"),
    "asks_how": gettext_lazy("问怎么办"),
    "refuses": gettext_lazy("拒绝"),
    "third_person": gettext_lazy("是别人在用"),
    "affirm": gettext_lazy("肯定答复"),
    "greeting": gettext_lazy("问候"),
    "out_of_scope": gettext_lazy("其他"),
}
MESSAGE_REFUSALS: Words = {
    "borrower_unknown": gettext_lazy("没有找到，或您无权查看。"),
    "channel_unsuited": gettext_lazy("这个渠道不发送文字。"),
    "sender_unknown": gettext_lazy("这个渠道还没有登记发送方。请管理员在渠道文件里登记。"),
    "sender_stopped": gettext_lazy("这个渠道已停用，恢复前不发送。"),
    "outbox_full": gettext_lazy("发件箱已满：在允许的时段内发不完，请晚些再试。"),
    "address_missing": gettext_lazy("没有可用的地址：号码已停用，或本人没有同意使用这个渠道。"),
    "template_not_approved": gettext_lazy("这个模板没有批准，不能使用。"),
    "text_faulty": gettext_lazy("文字为空、过长（最多 2000 字）或含有不能发送的字符。"),
    "wording_blocked": gettext_lazy("禁止发送：请按下面标出的词修改。"),
    "wording_needs_person": gettext_lazy(
        "自由文字和标出的词要由组长或合规看过才能发送；也可以改用模板。"
    ),
    "loan_unknown": gettext_lazy("这笔借据不是这位借款人的。"),
    "loan_held": gettext_lazy("文字提到的借据已暂停联系：请删去这一笔，其余借据可以照常联系。"),
    "text_not_of_template": gettext_lazy("文字和批准的模板不一致，不能发送。"),
    "refused_by_rule": gettext_lazy("有规则禁止现在联系。"),
    "needs_review": gettext_lazy("缺少事实或需要判断，由人复核后才能联系。"),
    "idempotency_key_reused": gettext_lazy("这张表单已经提交过别的内容，请重新打开。"),
    "gate_closed": gettext_lazy("无法确认是否允许联系，已暂停所有联系。"),
    "first_tone_not_help": gettext_lazy("给这位借款人的第一条消息要用帮助语气的模板。"),
    "template_value_unfit": gettext_lazy("模板里有一处没有合适的值，请换一个模板。"),
}
