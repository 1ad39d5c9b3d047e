"""Whether a text names a loan: by its ref, or by the last signs of it as messages tell loans apart."""

import re
import unicodedata
from collections.abc import Iterable

# A shorter number is as likely a day or a count as the ref of a loan.
SHORTEST_NUMBER = 6
SHORTEST_TAIL, LONGEST_TAIL = 3, 6
_BEFORE_A_TAIL = (
    r"(?:尾号|尾数|末四位|后四位|末4位|后4位|ending(?: in| with)?|last (?:four|4)(?: digits)?)"
    r"[^0-9a-z]{0,6}(?:is )?"
)


def loan_named(text: str, refs: Iterable[str], *, others: Iterable[str] = ()) -> str | None:
    """The first of `refs` that the text names; a tail that one of `others` has too names neither.

    >>> loan_named("您尾号 L-1 的借款逾期", ["L-1", "L-5"])
    'L-1'
    >>> loan_named("您尾号 0042 的借款逾期", ["JD-10042"], others=["JD-20042"]) is None
    True
    """
    plain = _plain(text)
    shared = {tail for ref in others for tail in _tails(ref)}
    return next((ref for ref in refs if _is_named(plain, ref, shared)), None)


def _is_named(plain: str, ref: str, shared: set[str]) -> bool:
    whole = _plain(ref)
    is_telling = len(whole) >= (SHORTEST_NUMBER if whole.isdigit() else SHORTEST_TAIL)
    if is_telling and re.search(rf"(?<![0-9a-z]){re.escape(whole)}(?![0-9a-z])", plain):
        return True
    tails = sorted(_tails(ref) - shared)
    return any(
        re.search(rf"{_BEFORE_A_TAIL}{re.escape(tail)}(?![0-9a-z])", plain) for tail in tails
    )


def _tails(ref: str) -> set[str]:
    """The last signs of a ref, and of its digits alone: what a template fills in."""
    plain = _plain(ref)
    digits = "".join(letter for letter in plain if letter.isdigit())
    lengths = range(SHORTEST_TAIL, LONGEST_TAIL + 1)
    return {whole[-n:] for whole in (plain, digits) for n in lengths if len(whole) >= n}


def _plain(text: str) -> str:
    """Widths and cases undone, signs nobody sees left out."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in folded if unicodedata.category(letter) != "Cf")
