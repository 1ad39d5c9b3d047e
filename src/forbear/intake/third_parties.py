"""Third persons stay out: headings that name a contact, relative or employer, numbers in text.

系统不接收联系人信息. A column whose heading says so is refused before any value of it is read,
and a text field that carries a phone number is a finding. The words are data:
`words/third_parties.yaml`.
"""

import re
from collections.abc import Sequence
from functools import cache
from importlib import resources

import polars as pl
import yaml

PHONE_IN_TEXT = r"(?:^|[^0-9])(?:\+?86[ -]?)?1[3-9][0-9](?:[ -]?[0-9]){8}(?:[^0-9]|$)"


@cache
def _words() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """The refused words and, taken out first, the phrases that only look like them."""
    path = resources.files("forbear.intake").joinpath("words/third_parties.yaml")
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    zh = "|".join(re.escape(word) for word in raw["zh"])
    en = "|".join(rf"(?:^|_){re.escape(word)}(?:_|$)" for word in raw["en"])
    spared = "|".join(re.escape(word) for word in raw["spared"])
    return re.compile(f"{zh}|{en}"), re.compile(spared)


def is_third_party(heading: str) -> bool:
    """Whether a heading announces data about somebody who is not a party to the loan.

    >>> is_third_party("联系人电话"), is_third_party("Emergency Contact Name")
    (True, True)
    >>> is_third_party("手机号"), is_third_party("contact_attempts")
    (False, False)
    """
    refused, spared = _words()
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", heading.strip()).lower()
    words = re.sub(r"[\s\-./()（）]+", "_", words)
    return refused.search(spared.sub("", words)) is not None


def third_party_columns(headings: Sequence[str]) -> tuple[str, ...]:
    """The headings to be refused, in the order of the file."""
    return tuple(heading for heading in headings if is_third_party(heading))


def holds_phone(text: pl.Expr) -> pl.Expr:
    """Whether a text carries a mainland mobile number, also with blanks, dashes or +86."""
    return text.str.contains(PHONE_IN_TEXT)
