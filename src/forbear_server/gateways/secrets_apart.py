"""Settings that are secrets: never in the channels file, never in a printed value.

A field made by `secret` is read from the variable or the file the channels file names
(`password_env`, `password_file`), and left out of the value's text.
"""

from dataclasses import MISSING, Field, field
from typing import Any

_MARK = "kept_apart"


def secret(default: Any = MISSING) -> Any:
    """A dataclass field that holds a secret."""
    return field(default=default, repr=False, metadata={_MARK: True})


def is_secret(held: "Field[Any]") -> bool:
    return bool(held.metadata.get(_MARK))
