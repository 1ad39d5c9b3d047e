"""Invented persons: plausible names; numbers, ids and addresses that cannot belong to anybody.

Phone numbers are of the block 1990000xxxx, identity numbers of the region 99 that does not exist
and with a wrong check digit, streets and towns are invented.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import resources

import yaml

from forbear.world.chances import Chances

PHONE_BLOCK = 19_900_000_000
CHECK_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"
OLDEST = date(1962, 1, 1)
BIRTH_SPAN_DAYS = 15_000


@dataclass(frozen=True, slots=True)
class Person:
    """The personal data of one borrower of the demonstration."""

    name: str
    phone: str
    id_number: str
    address: str


@cache
def _words() -> dict[str, list[str]]:
    path = resources.files("forbear.world").joinpath("people.yaml")
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")))


def right_check_digit(first_17: str) -> str:
    """The check digit GB 11643 gives for the first 17 digits of an identity number.

    >>> right_check_digit("11010519491231002")
    'X'
    """
    total = sum(int(d) * w for d, w in zip(first_17, CHECK_WEIGHTS, strict=True))
    return CHECK_DIGITS[total % 11]


def person(number: int, chances: Chances, *, name: str | None = None) -> Person:
    """The invented person with this number (0 to 9999), which is also the end of the phone."""
    words = _words()
    given = chances.one_of(words["given_first"]) + chances.one_of(words["given_last"])
    surname = chances.one_of(words["surnames"])
    born = OLDEST + timedelta(days=chances.below(BIRTH_SPAN_DAYS))
    first_17 = f"990{chances.between(101, 999)}{born:%Y%m%d}{chances.between(1, 999):03d}"
    wrong = str((CHECK_DIGITS.index(right_check_digit(first_17)) + 3) % 10)
    if wrong == right_check_digit(first_17):
        wrong = str((int(wrong) + 1) % 10)
    street = f"{chances.one_of(words['streets'])}{chances.between(1, 399)}号"
    place = f"{chances.one_of(words['cities'])}{chances.one_of(words['districts'])}{street}"
    return Person(
        name=name or surname + given,
        phone=str(PHONE_BLOCK + number),
        id_number=first_17 + wrong,
        address=f"{place}{chances.between(1, 30)}栋{chances.between(101, 2804)}室",
    )
