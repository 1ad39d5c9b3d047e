"""Finding codes in words: what happened, why it matters and what to do, in both languages.

The texts are data (`findings.yaml`); `{name}` is filled from the finding's `params`.
"""

from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

from forbear.primitives.errors import require
from forbear.primitives.findings import Finding


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One finding code; `level` is the usual one, a finding may carry a milder."""

    code: str
    level: str
    zh: str
    en: str
    remedy_zh: str
    remedy_en: str


@cache
def entries() -> dict[str, CatalogueEntry]:
    """Every code in order of the file."""
    path = resources.files("forbear.intake").joinpath("findings.yaml")
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {code: CatalogueEntry(code=code, **texts) for code, texts in raw.items()}


def entry(code: str) -> CatalogueEntry:
    """The texts of a code."""
    require(code in entries(), f"finding code {code} is not in findings.yaml")
    return entries()[code]


def message(finding: Finding, language: str) -> str:
    """What the finding says, in `zh` or `en`, with its parameters filled in."""
    texts = entry(finding.code)
    return _filled(texts.zh if language == "zh" else texts.en, finding)


def remedy(finding: Finding, language: str) -> str:
    """What to do about it, in `zh` or `en`."""
    texts = entry(finding.code)
    return _filled(texts.remedy_zh if language == "zh" else texts.remedy_en, finding)


def _filled(text: str, finding: Finding) -> str:
    place = {"row": str(finding.row), "column": str(finding.column)}
    for name, value in {**place, **finding.params}.items():
        text = text.replace("{" + name + "}", value)
    return text
