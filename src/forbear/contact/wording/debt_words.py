"""Whether a script speaks of a debt: what must not be heard by whoever happens to answer."""

import re

from forbear.contact.wording.normalising import normalised
from forbear.contact.wording.templates import MessageTemplate
from forbear.contact.wording.variables import Variable

# Places that say nothing of the person or the debt.
OPEN_TO_ALL = frozenset({Variable.LENDER, Variable.SERVICE_PHONE, Variable.PORTAL_LINK})
# 借 and 信用 also stand in harmless words; whoever writes a script can do without them.
_DEBT_WORDS = re.compile(
    r"借|欠|贷|债|还款|还清|还钱|应还|未还|逾期|账单|账款|分期|催收|催缴|征信|信用卡"
    r"|\b(?:loan|lend|borrow|debt|arrears|ow(?:e|ed|ing)\b|repay|payment|instal|overdue|past due"
    r"|bill|collect(?:or|ion)|credit|due (?:date|day))",
    re.I,
)


def first_word_of_debt(template: MessageTemplate, /) -> tuple[int, int] | None:
    """Where the fixed words of a template first speak of a debt; what fills a place is not read.

    The words are read as they are meant, so that no disguise helps: 欠 款, 貸款, L o a n.
    """
    text = template.text
    for place in template.places:
        text = text[: place.start] + "\n" * (place.end - place.start) + text[place.end :]
    read = normalised(text)
    found = _DEBT_WORDS.search(read.plain)
    return None if found is None else read.written_span(found.start(), found.end())


def first_not_open_to_all(template: MessageTemplate, /) -> tuple[int, int] | None:
    """Where a script says what not everybody may hear: of a debt, or of the person it is for."""
    word = first_word_of_debt(template)
    places = [(one.start, one.end) for one in template.places if one.variable not in OPEN_TO_ALL]
    return min([*([word] if word else []), *places], default=None)
