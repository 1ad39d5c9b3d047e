"""Which encoding a text file is in: UTF-8 (with or without BOM) or GB18030, else nobody knows.

UTF-8 proves itself by its bit patterns. GB18030 reads almost any bytes, so it is believed only
when what comes out looks like Chinese: Latin-1 or Big5 read as GB18030 gives rare characters.
"""

from collections import Counter
from enum import StrEnum

COMMON_SHARE_PERCENT = 90
SAMPLE_CHARACTERS = 1_000_000


class Encoding(StrEnum):
    """How the bytes of a file become characters."""

    UTF_8 = "utf-8"
    UTF_8_BOM = "utf-8 with BOM"
    GB18030 = "gb18030"
    BINARY = "binary"  # Parquet and XLSX say for themselves


def detect_gb18030(data: bytes | bytearray) -> str | None:
    """The text when the bytes are surely GB18030, else None.

    Sure means: decodes without a fault, and of its characters beyond ASCII at least 90 % are
    those GB 2312 has (daily Chinese, its punctuation and full-width forms).

    >>> detect_gb18030("借据号,本金".encode("gb18030"))
    '借据号,本金'
    >>> detect_gb18030("prénom,âge".encode("latin-1")) is None
    True
    """
    try:
        text = bytes(data).decode("gb18030")
    except UnicodeDecodeError:
        return None
    beyond = Counter(c for c in text[:SAMPLE_CHARACTERS] if not c.isascii())
    total = beyond.total()
    if not total:
        return None
    common = sum(n for c, n in beyond.items() if _is_daily(c))
    return text if common * 100 >= total * COMMON_SHARE_PERCENT else None


def _is_daily(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True
