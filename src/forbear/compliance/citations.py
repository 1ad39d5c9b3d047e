"""Citations: where a duty is written, in which words, and how sure we are of them."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Confidence(StrEnum):
    """How the text was seen; anything but `OFFICIAL` is shown to users as such."""

    OFFICIAL = "official"  # the article was read in a copy of the instrument
    SECONDARY = "secondary"  # quoted or told by news, law firms, digests, a translation
    UNVERIFIED = "unverified"  # from memory: off by default


class Strength(StrEnum):
    """How strongly the text binds, in its own words."""

    STRICTLY_PROHIBITED = "strictly_prohibited"  # 严禁
    MUST_NOT = "must_not"  # 不得, 应当, 法律规定
    SHOULD_NOT = "should_not"  # 不应
    NOT_ADVISABLE = "not_advisable"  # 不宜


class QuoteKind(StrEnum):
    """What the quoted words are."""

    ARTICLE_TEXT = "article_text"
    QUOTED = "quoted"  # by the source, as the text
    PARAPHRASE = "paraphrase"
    TRANSLATION = "translation"


class InstrumentKind(StrEnum):
    """What kind of text the instrument is, from statute down to a lender's own policy."""

    LAW = "law"
    ADMINISTRATIVE_REGULATION = "administrative_regulation"
    DEPARTMENTAL_RULE = "departmental_rule"
    JUDICIAL_INTERPRETATION = "judicial_interpretation"
    NORMATIVE_DOCUMENT = "normative_document"
    STANDARD = "standard"
    SELF_REGULATION = "self_regulation"
    POLICY = "policy"


@dataclass(frozen=True, slots=True)
class Bilingual:
    """One text in Chinese and English."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Citation:
    """The instrument, the article, the words, their source and how sure we are."""

    instrument: Bilingual
    instrument_kind: InstrumentKind
    article: str
    quote: str
    quote_kind: QuoteKind
    source: tuple[str, ...]
    strength: Strength
    confidence: Confidence
    last_checked_on: date
