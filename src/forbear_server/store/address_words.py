"""Words that stand for addresses: the same address gives the same word, the word gives no address.

A word is an HMAC under a key of this installation, so that ten billion numbers cannot be tried
against a copy of the desk. It finds who wrote to us and names an address in permits and messages.
"""

from __future__ import annotations

import hashlib
import hmac
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from forbear_server.store.secrets_on_disk import read_or_make_secret

PREFIX = "a-"
_SHOWN = 32


def address_word(kind: str, address: str) -> str:
    """The word of an address already in the form its channel uses."""
    made = hmac.new(_key(settings.ADDRESS_KEY, settings.DATA_DIR), digestmod=hashlib.sha256)
    made.update(f"{kind}|{address}".encode())
    return PREFIX + made.hexdigest()[:_SHOWN]


def is_own_word(ref: str) -> bool:
    """Whether a reference is a word of ours; tapes and programs have their own."""
    return ref.startswith(PREFIX)


@lru_cache(maxsize=4)
def _key(given: str, folder: Path) -> bytes:
    return (given or read_or_make_secret(folder / "address.key")).encode()
