"""Whether a text says who speaks and how to get help: the two things no message may lack."""

import functools
import re
from collections.abc import Iterable

from forbear.contact.wording.normalising import normalised

_HELP = re.compile(
    r"困难|帮助|求助|帮扶|客服|热线|联系我们|告诉我们|商量|协商|转人工|咨询|安排|回复|投诉"
    r"|\b(?:help|contact us|call us|write to us|reply|plan|support|hotline|tell us|ask us|speak to"
    r"|service phone|human)\b"
)
_PLACEHOLDERS = ("客服电话", "service phone", "门户链接", "portal link")


def is_help_offered(plain: str, /) -> bool:
    """Whether the (normalised) text shows a way to help: a person, a phone, an arrangement."""
    return _HELP.search(plain) is not None or any(one in plain for one in _PLACEHOLDERS)


def is_lender_named(plain: str, lender_names: Iterable[str], /) -> bool:
    """Whether one of the lender's names stands in the (normalised) text."""
    return any(name and _plain_name(name) in plain for name in lender_names)


@functools.lru_cache(maxsize=1_024)
def _plain_name(name: str) -> str:
    return normalised(name).plain
