"""中国银行业协会 金融机构个人消费类贷款催收工作指引（试行）2026: scope and gaps in README.md."""

from forbear.compliance.rules import Rule
from forbear.compliance.verdicts_columns import ColumnRule
from forbear.rulebooks.cn_cba_2026 import frequency_columns, hours_columns
from forbear.rulebooks.cn_cba_2026.frequency import unanswered_attempts
from forbear.rulebooks.cn_cba_2026.hours import night_contact

RULES: tuple[Rule, ...] = (night_contact, unanswered_attempts)

COLUMN_RULES: dict[str, ColumnRule] = {
    night_contact.id: hours_columns.night_contact,
    unanswered_attempts.id: frequency_columns.unanswered_attempts,
}
