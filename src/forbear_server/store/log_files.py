"""Where the evidence log lies and who signs it: tiles and checkpoint below the data directory."""

from __future__ import annotations

import os
import secrets
import string
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from forbear.evidence.keys import SEED_SIZE, SigningKey, new_signing_key, parse_signing_key
from forbear_server.store.secrets_on_disk import read_or_make_secret


def log_folder() -> Path:
    """The folder of tiles, in the C2SP tlog-tiles layout; anybody may read it."""
    return Path(settings.DATA_DIR) / "log"


def signing_key() -> SigningKey:
    """The log's key, whose name is the log's origin: FORBEAR_LOG_KEY, else made once on disk."""
    text = settings.LOG_KEY or read_or_make_secret(settings.DATA_DIR / "log.key", new_key_text)
    return _parsed(text)


def verifier_key() -> str:
    """The public key that everybody checks checkpoints with."""
    return signing_key().verifier_key.vkey


def origin() -> str:
    return signing_key().verifier_key.name


def new_key_text(name: str = "") -> str:
    """A fresh signing key as text; without a name it gets a random one."""
    return new_signing_key(
        name=name or f"forbear.invalid/log-{_random_letters()}", seed=os.urandom(SEED_SIZE)
    ).skey


def _random_letters() -> str:
    """Twelve letters: a name that no number of a person could be mistaken for."""
    return "".join(secrets.choice(string.ascii_lowercase) for _ in range(12))


@lru_cache(maxsize=8)
def _parsed(text: str) -> SigningKey:
    return parse_signing_key(text)
