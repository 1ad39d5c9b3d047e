"""Words of the template desk: states, tones, steps, checks of a sample, refusals."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy

from forbear_server.console.wording import Words

TEMPLATE_STATES: Words = {
    "draft": gettext_lazy("草稿"),
    "submitted": gettext_lazy("待审核"),
    "approved": gettext_lazy("已批准"),
    "returned": gettext_lazy("已驳回"),
    "retired": gettext_lazy("已停用"),
}
TEMPLATE_STATE_KINDS: Mapping[str, str] = {
    "draft": "quiet",
    "submitted": "care",
    "approved": "ok",
    "returned": "harm",
    "retired": "quiet",
}
TONES: Words = {
    "help": gettext_lazy("帮助"),
    "remind": gettext_lazy("提醒"),
    "inform": gettext_lazy("告知"),
    "notice": gettext_lazy("法定告知"),
}
TEXT_LANGUAGES: Words = {
    "zh-Hans": gettext_lazy("简体中文"),
    "en": gettext_lazy("英文"),
}
STEPS: Words = {
    "template.drafted": gettext_lazy("起草"),
    "template.submitted": gettext_lazy("提交审核"),
    "template.approved": gettext_lazy("批准"),
    "template.rejected": gettext_lazy("驳回"),
    "template.retired": gettext_lazy("停用"),
    "template.refused": gettext_lazy("操作被拒绝"),
}
SAMPLES = (
    gettext_lazy("常见情形"),
    gettext_lazy("名字长"),
    gettext_lazy("金额大"),
)
TEMPLATE_REFUSALS: Words = {
    "template_faulty": gettext_lazy("模板文字有误"),
    "template_unknown": gettext_lazy("没有这个模板"),
    "template_role_missing": gettext_lazy("你的角色不能做这一步"),
    "template_own": gettext_lazy("不能审核自己写的文字，请合规同事处理"),
    "template_not_in_state": gettext_lazy("这个版本现在不能做这一步"),
    "template_note_missing": gettext_lazy("请写明原因：作者需要知道，也会记录"),
    "template_name_faulty": gettext_lazy("名称或主题不能这样写"),
    "template_purpose_unknown": gettext_lazy("没有这个用途"),
    "template_channel_differs": gettext_lazy(
        "新版本的渠道和用途须与原来相同；另一种用途请另取名称"
    ),
    "template_version_taken": gettext_lazy("刚刚有人起草了同一版本，请看过后再起草"),
    "template_not_submittable": gettext_lazy("必须通过的检查没有通过，不能提交"),
    "text_too_long": gettext_lazy("文字太长"),
}
