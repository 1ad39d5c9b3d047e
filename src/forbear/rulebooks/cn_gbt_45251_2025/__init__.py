"""GB/T 45251-2025 互联网金融 个人网络消费信贷 贷后催收风控指引: scope and gaps in README.md."""

from forbear.compliance.rules import Rule
from forbear.compliance.verdicts_columns import ColumnRule
from forbear.rulebooks.cn_gbt_45251_2025 import frequency_columns, hours_columns
from forbear.rulebooks.cn_gbt_45251_2025.frequency import interactive_calls, notice_calls
from forbear.rulebooks.cn_gbt_45251_2025.hours import quiet_hours

RULES: tuple[Rule, ...] = (quiet_hours, notice_calls, interactive_calls)

COLUMN_RULES: dict[str, ColumnRule] = {
    quiet_hours.id: hours_columns.quiet_hours,
    notice_calls.id: frequency_columns.notice_calls,
    interactive_calls.id: frequency_columns.interactive_calls,
}
