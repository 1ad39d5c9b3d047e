"""Loan tails and due days named in a text, held against the case.

A tail that is not this person's is a slip that tells one borrower of another's loan. Facts that are
not given (no tails, no due days) are not judged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from forbear.compliance.citations import Bilingual
from forbear.contact.wording.facts import Case
from forbear.contact.wording.normalising import Normalised

_TAIL = re.compile(r"(?:尾号|ending(?: in)?) ?(?:为|是)? ?(?P<tail>\d{3,6})(?!\d)")
_DUE_ZH = re.compile(r"(?P<month>\d{1,2}) ?月 ?(?P<day>\d{1,2}) ?[日号](?:为|是)?(?:到期|还款日)")
_NOT_ITS_TAIL = Bilingual(
    zh="借据尾号不是本案的借据。", en="The loan tail is none of this case's loans."
)
_NOT_ITS_DAY = Bilingual(zh="到期日与本案不符。", en="The due day is none of this case.")


def wrong_facts(plain: Normalised, about: Case, /) -> Iterator[tuple[int, int, Bilingual]]:
    """Where the text names a tail or a due day that is not the case's, with the reason."""
    if about.loan_tails:
        for match in _TAIL.finditer(plain.plain):
            if match["tail"] not in about.loan_tails:
                yield *plain.written_span(*match.span()), _NOT_ITS_TAIL
    if about.due_on:
        days = {(one.month, one.day) for one in about.due_on}
        for match in _DUE_ZH.finditer(plain.plain):
            if (int(match["month"]), int(match["day"])) not in days:
                yield *plain.written_span(*match.span()), _NOT_ITS_DAY
