"""Citations: where a duty is written, in which words, and how sure we are of them."""

from dataclasses import dataclass
from enum import StrEnum


class Confidence(StrEnum):
    """How the text was seen; anything but `OFFICIAL` is shown to users as such."""

    OFFICIAL = "official text"
    SECONDARY = "secondary source quoted"
    UNVERIFIED = "unverified"


class Strength(StrEnum):
    """How strongly the text binds, in its own words."""

    STRICTLY_PROHIBITED = "严禁"
    MUST_NOT = "不得"
    SHOULD_NOT = "不应"
    NOT_ADVISABLE = "不宜"


class SourceKind(StrEnum):
    """What kind of text it is."""

    LAW = "law"  # 法律法规
    SELF_REGULATION = "self_regulation"  # 自律规范
    POLICY = "policy"  # 机构政策
    BORROWERS_CHOICE = "borrowers_choice"  # 本人约定


@dataclass(frozen=True, slots=True)
class Citation:
    """The instrument, the article, the words and their source."""

    instrument: str
    article: str
    quote: str
    source: str
    source_kind: SourceKind
    strength: Strength
    confidence: Confidence
