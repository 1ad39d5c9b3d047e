"""Buckets: bands of days past due, and the ladders they form, as data.

A ladder covers every day from 0 on without gap or overlap; reading one checks that. M0 to M7+
is the custom of Chinese retail lending; the five-tier classes follow 商业银行金融资产风险分类办法
(银保监会、人民银行令〔2023〕第 1 号) 第十条 ff. by days past due alone: the class a lender books may
be worse for other reasons.
"""

from bisect import bisect_right
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from forbear.primitives.errors import RequestRefused


class LadderFaulty(RequestRefused):
    """A ladder with a gap, an overlap or a name used twice."""

    code = "ladder_faulty"


@dataclass(frozen=True, slots=True)
class Bucket:
    """Days past due from `from_days` on, up to the next bucket."""

    name: str
    from_days: int
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class BucketScheme:
    """An ordered ladder of buckets with the text it rests on."""

    id: str
    source: str
    buckets: tuple[Bucket, ...]

    def __post_init__(self) -> None:
        starts = [b.from_days for b in self.buckets]
        names = {b.name for b in self.buckets}
        if not starts or starts[0] != 0 or starts != sorted(set(starts)):
            raise LadderFaulty(f"{self.id}: buckets start at day 0 and rise; got {starts}.")
        if len(names) != len(self.buckets):
            raise LadderFaulty(f"{self.id}: a bucket name is used twice.")

    def bucket(self, days_past_due: int) -> Bucket:
        """The bucket a count of days falls in.

        >>> scheme("m-ladder").bucket(37).name
        'M2'
        """
        return self.buckets[bisect_right([b.from_days for b in self.buckets], days_past_due) - 1]


@dataclass(frozen=True, slots=True)
class StatusScheme:
    """States of a monthly-status set, in order, as its publisher defines them."""

    id: str
    source: str
    states: tuple[str, ...]


def scheme(scheme_id: str) -> BucketScheme:
    """A shipped ladder: `m-ladder` (M0..M7+) or `five-tier`. Raises `LadderFaulty` if unknown."""
    raw = _schemes().get(scheme_id)
    if raw is None or "buckets" not in raw:
        raise LadderFaulty(f"No ladder is called {scheme_id!r}; known: {', '.join(_schemes())}.")
    buckets = tuple(Bucket(**bucket) for bucket in raw["buckets"])
    return BucketScheme(scheme_id, raw["source"], buckets)


def status_scheme(scheme_id: str) -> StatusScheme:
    """A shipped set of monthly states, such as `card-panel`."""
    raw = _schemes().get(scheme_id)
    if raw is None or "states" not in raw:
        raise LadderFaulty(f"No status scheme is called {scheme_id!r}.")
    return StatusScheme(scheme_id, raw["source"], tuple(raw["states"]))


@cache
def _schemes() -> dict[str, Any]:
    text = resources.files(__package__).joinpath("schemes.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))
