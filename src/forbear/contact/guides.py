"""What is said in a call, line by line, and which lines must have been said before it is closed.

Until the borrower is verified only lines without debt content are shown. The words of a line come
from an approved script where there is one; the words here only name what the line is for.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from forbear.compliance.citations import Bilingual
from forbear.contact.wording.debt_words import first_word_of_debt
from forbear.contact.wording.errors import ValueUnfit
from forbear.contact.wording.templates import MessageTemplate, filled
from forbear.contact.wording.variables import Value, Variable

_OF_DEBT = frozenset({Variable.LOAN_TAIL, Variable.AMOUNT_DUE, Variable.DUE_DAY})
_NUMBERED = re.compile(r"(\d{1,2})[.、 ]\s*(\S.*)")


@dataclass(frozen=True, slots=True)
class GuideLine:
    """One line of the guide; mandatory ones block the end of the call's paperwork."""

    code: str
    is_mandatory: bool
    speaks_of_debt: bool
    says: Bilingual


GUIDE: tuple[GuideLine, ...] = (
    GuideLine(
        "who", True, False, Bilingual(zh="说明机构与姓名", en="Say the lender and your name")
    ),
    GuideLine("recorded", True, False, Bilingual(zh="告知录音", en="Say the call is recorded")),
    GuideLine("identity", True, False, Bilingual(zh="核实身份", en="Verify who is on the line")),
    GuideLine("reason", False, True, Bilingual(zh="说明来意", en="Say why you call")),
    GuideLine("listen", False, True, Bilingual(zh="倾听与了解情况", en="Listen and understand")),
    GuideLine("options", False, True, Bilingual(zh="方案", en="Options")),
    GuideLine("repeat", False, True, Bilingual(zh="复述确认", en="Repeat what was agreed")),
    GuideLine("close", False, False, Bilingual(zh="结束语", en="Close kindly")),
)
# The third person on the line hears this and nothing else (design: C07, 非本人).
FOR_A_THIRD_PERSON = Bilingual(
    zh="请转告本人方便时联系我们，谢谢。",
    en="Please ask them to contact us when it suits them. Thank you.",
)


def lines_unsaid(said: frozenset[str], /) -> tuple[str, ...]:
    """The mandatory lines nobody ticked as said, in the guide's order.

    >>> lines_unsaid(frozenset({"who", "listen"}))
    ('recorded', 'identity')
    """
    return tuple(line.code for line in GUIDE if line.is_mandatory and line.code not in said)


def script_lines(script: MessageTemplate, values: Mapping[Variable, Value], /) -> dict[str, str]:
    """The words of each line of the guide that an approved script has words for.

    A script numbers its lines as the guide does, `2 这次通话会录音。` for the second. A line that
    stands before the verification and names a loan, an amount or a debt is left out, and so is one
    whose values are not known: then the line shows what it is for, and no words.
    """
    told: dict[str, str] = {}
    for text in script.text.splitlines():
        numbered = _NUMBERED.fullmatch(text.strip())
        if numbered is None or not 1 <= int(numbered[1]) <= len(GUIDE):
            continue
        line, one = GUIDE[int(numbered[1]) - 1], replace(script, subject="", text=numbered[2])
        says_debt = _OF_DEBT & one.variables or first_word_of_debt(one) is not None
        if says_debt and not line.speaks_of_debt:
            continue
        try:
            told[line.code] = filled(one, values).text
        except ValueUnfit:
            continue
    return told
