"""What a complaint is about, to send it to the right desk: six classes, conduct first of all.

Without a trained model our own words decide (`triage.yaml`). A model may be trained on an
installation (`forbear wording train-triage`); the public set it learns from has no licence, so no
such model is part of this project. The class is a proposal; a person reads every complaint.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

import yaml

from forbear.compliance.citations import Bilingual
from forbear.contact.wording.linear import LinearModel
from forbear.contact.wording.normalising import normalised

LONGEST_READ = 20_000


@dataclass(frozen=True, slots=True)
class Triage:
    """The class proposed, the words that carried it, and whether a model said so."""

    code: str
    says: Bilingual
    words: tuple[str, ...]
    is_by_model: bool


@dataclass(frozen=True, slots=True)
class _ComplaintClass:
    code: str
    says: Bilingual
    words: Mapping[str, int]


def triage(text: str, model: LinearModel | None = None) -> Triage:
    """The class of a complaint, by the model if there is one, else by words.

    >>> triage("天天爆通讯录骚扰我家人").code
    'conduct'
    """
    plain = normalised(text[:LONGEST_READ]).plain
    classes = complaint_classes()
    if model is not None:
        named, _ = model.best(plain)
        found = next(one for one in classes if one.says.zh == named or one.code == named)
        return Triage(found.code, found.says, _words_in(plain, found), True)
    weighed = [(sum(one.words[w] for w in _words_in(plain, one)), one) for one in classes]
    most = max(weight for weight, _ in weighed)
    best = next(one for weight, one in weighed if weight == most) if most else classes[-1]
    return Triage(best.code, best.says, _words_in(plain, best), False)


def _words_in(plain: str, one: _ComplaintClass) -> tuple[str, ...]:
    return tuple(word for word in one.words if word in plain)


@functools.cache
def complaint_classes() -> tuple[_ComplaintClass, ...]:
    """The six classes in the order of the file, `other` last."""
    text = resources.files(__package__).joinpath("triage.yaml").read_text(encoding="utf-8")
    return tuple(
        _ComplaintClass(one["code"], Bilingual(zh=one["zh"], en=one["en"]), one["words"])
        for one in yaml.safe_load(text)["classes"]
    )
