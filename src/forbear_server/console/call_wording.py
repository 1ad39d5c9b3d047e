"""Words of the call panel: states, identities, how a call ended, and why one was refused."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from forbear_server.console.wording import Words

CALL_STATES: Words = {
    "not_ready": gettext_lazy("未就绪"),
    "ready": gettext_lazy("可拨打"),
    "dialling": gettext_lazy("呼叫中"),
    "ringing": gettext_lazy("振铃"),
    "connected": gettext_lazy("通话中"),
    "wrap_up": gettext_lazy("待处置"),
    "done": gettext_lazy("已完成"),
    "not_placed": gettext_lazy("未拨出"),
    "failed": gettext_lazy("失败"),
}
CALL_STATE_KINDS = {
    "not_ready": "care",
    "ready": "quiet",
    "dialling": "note",
    "ringing": "note",
    "connected": "ok",
    "wrap_up": "care",
    "done": "quiet",
    "not_placed": "quiet",
    "failed": "harm",
}
IDENTITIES: Words = {
    "right_party": gettext_lazy("本人"),
    "third_person": gettext_lazy("非本人"),
    "unverifiable": gettext_lazy("无法核实"),
}
HANGUP_REASONS: Words = {
    "ended_by_collector": gettext_lazy("由您结束"),
    "hung_up_by_borrower": gettext_lazy("对方挂断"),
    "hung_up_by_collector": gettext_lazy("您的话机挂断"),
    "collector_not_reached": gettext_lazy("您的话机没有接起，没有拨打借款人"),
    "window_over": gettext_lazy("允许的时段已到，系统结束通话"),
    "provider_lost": gettext_lazy("电话系统中断"),
    "not_dialled": gettext_lazy("没有拨出"),
    "no_answer": gettext_lazy("无人接听"),
    "busy": gettext_lazy("占线"),
    "declined": gettext_lazy("对方拒接"),
    "unavailable": gettext_lazy("暂时无法接通"),
    "number_unknown": gettext_lazy("空号"),
    "line_fault": gettext_lazy("线路故障"),
}
CALL_REFUSALS: Words = {
    "no_recording": gettext_lazy("录音不可用，不能拨打。请联系管理员检查电话系统。"),
    "no_number": gettext_lazy("没有可用的号码，不能拨打。"),
    "own_call_open": gettext_lazy("您还有一通电话没有结束或没有处置，请先处理。"),
    "colleague_calls": gettext_lazy("同事正在与这位借款人通话，或正要处置一通电话。"),
    "form_sent_before": gettext_lazy("这张表单已经提交过。要再拨打，请重新打开页面。"),
    "cut_a_moment_ago": gettext_lazy("上一通电话 30 分钟内中断过，请留一点时间。"),
    "may_not_call": gettext_lazy("您的角色只能查看，不能拨打。"),
    "nobody_on_line": gettext_lazy("现在没有人在线上。"),
    "not_on_line": gettext_lazy("智能语音正在代为通话，您不在线上，不能核实身份或记录情况。"),
    "another_answered": gettext_lazy("这通电话由他人接听，请结束后重新联系本人。"),
    "not_over": gettext_lazy("通话还没有结束，或已经处置过。"),
    "not_yours": gettext_lazy("没有找到，或您无权查看。"),
    "disposition_does_not_fit": gettext_lazy("处置结果与通话情况不符，请按实际情况选择。"),
    "not_verified": gettext_lazy("这个结果由本人说出，请先核实本人或选择别的结果。"),
    "hours_missing": gettext_lazy("请填写约定再联系的起止时间。"),
    "hours_unfit": gettext_lazy("约定再联系的开始时间须早于结束时间，且在同一天内。"),
    "disposition_acted": gettext_lazy(
        "已确认的处置结果已经生效，不能改选。请用它完成，并在备注里写明实际情况；"
        "如需解除，由有权限的人处理。"
    ),
    "debt_kept_back_unsaid": gettext_lazy("请勾选没有提及债务；如果提及了，请在备注写明说了什么。"),
    "not_disclosed": gettext_lazy("智能语音第一句须说明自己是智能语音助手，没有拨出。"),
    "no_ai_line": gettext_lazy("还没有接入智能语音，不能用它拨打。"),
    "script_not_approved": gettext_lazy("请选择已批准、且不含个人与债务内容的智能语音话术。"),
    "note_missing": gettext_lazy("请在备注里写明结果。"),
    "guide_not_said": gettext_lazy("必说的几句还没有勾选“已说”。"),
    "note_not_fit": gettext_lazy("备注里有不能保存的词，请写实际发生的情况。"),
    "purpose_missing": gettext_lazy("请选择播放录音的用途，用途会被记录。"),
    "no_recording_kept": gettext_lazy("这通电话没有保存的录音。"),
    "refused_by_rule": gettext_lazy("有规则禁止现在联系，没有拨出。"),
    "needs_review": gettext_lazy("缺少事实或需要判断，由人复核后才能联系，没有拨出。"),
}
PURPOSES: Words = {
    "complaint": gettext_lazy("处理投诉"),
    "dispute": gettext_lazy("核实异议"),
    "quality": gettext_lazy("质量检查"),
    "agreement": gettext_lazy("核对约定"),
    "regulator": gettext_lazy("监管查询"),
}
