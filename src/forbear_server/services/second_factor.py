"""One-time codes by RFC 6238: 30-second steps, six digits, one step of drift either way.

A code opens one door once: its time step is remembered and never taken again, nor any before it.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime

import pyotp

STEP_SECONDS = 30
DRIFT_STEPS = 1
RECOVERY_CODES = 10
_RECOVERY_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


def new_secret() -> str:
    return pyotp.random_base32()


def step_of(now: datetime) -> int:
    return int(now.timestamp()) // STEP_SECONDS


def matching_step(secret: str, code: str, *, now: datetime, last_step: int) -> int | None:
    """The time step this code belongs to, or None if it is wrong, too old or already used."""
    codes = pyotp.TOTP(secret)
    typed = code.replace(" ", "").encode()
    matched = None
    for step in range(step_of(now) - DRIFT_STEPS, step_of(now) + DRIFT_STEPS + 1):
        right = codes.generate_otp(step).encode()
        if hmac.compare_digest(right, typed) and step > last_step:
            matched = step
    return matched


def next_code(secret: str, *, now: datetime, last_step: int) -> str:
    """A code that will be taken now: the current one, or the next if the current one is used."""
    return pyotp.TOTP(secret).generate_otp(max(step_of(now), last_step + 1))


def binding_address(secret: str, username: str) -> str:
    """What the QR code holds, for an authenticator app."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name="Forbear 善还")


def new_recovery_codes() -> list[str]:
    return [
        "-".join("".join(secrets.choice(_RECOVERY_ALPHABET) for _ in range(5)) for _ in range(2))
        for _ in range(RECOVERY_CODES)
    ]
