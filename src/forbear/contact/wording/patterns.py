"""The small pattern language of our rule files: regular expressions that cannot run away.

`~N` is a gap of at most N characters inside one clause, `~~N` inside one sentence, `<name>` one of
the words a file lists under `words`. Loops without an upper bound, back references and look-behinds
over loops are refused, so reading a text takes time in proportion to its length.
"""

import re
from collections.abc import Mapping

LONGEST_GAP = 40
_UNBOUNDED = re.compile(r"(?<!\\)[*+]|\{\d*,\}|\\[1-9]|\(\?P=|\(\?<=")
_WORD = re.compile(r"<(\w+)>")
_GAP = re.compile(r"~{1,2}(\d{1,2})")
_WIDE_GAP = re.compile(r"~~(\d{1,2})")


def compiled_pattern(
    told: str, words: Mapping[str, str], *, reaches_far: bool = False
) -> re.Pattern[str]:
    """A pattern as a file writes it; gaps take little, or (exceptions) as much as they may.

    Raises `ValueError` for a pattern that could loop without bound.
    """
    if _UNBOUNDED.search(told):
        raise ValueError("a loop without an upper bound")
    text = _WORD.sub(lambda one: f"(?:{words[one[1]]})", told)
    # `(a|b)` groups; only the whole match counts
    text = re.sub(r"(?<!\\)\((?!\?)", "(?:", text)
    for gap in _GAP.findall(text):
        if int(gap) > LONGEST_GAP:
            raise ValueError(f"a gap of {gap}, at most {LONGEST_GAP}")
    lazy = "" if reaches_far else "?"
    text = _WIDE_GAP.sub(rf"[^。!?;\\n]{{0,\1}}{lazy}", text)
    text = _GAP.sub(rf"[^。!?;,\\n]{{0,\1}}{lazy}", text)
    return re.compile(text)
