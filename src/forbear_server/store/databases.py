"""Where the desk's PostgreSQL is: by URL, or the embedded one behind a short socket path."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

EMBEDDED_DATABASE = "forbear"
EMBEDDED_PORT = "5432"
_SOCKETS = Path("/tmp")  # noqa: S108 - a socket path may hold about 100 bytes; data paths are longer


def socket_directory(data_dir: Path) -> Path:
    """The folder of the embedded server's socket: short, and a function of the data directory alone.

    It is made with mode 0700 for the user the server runs as, so nobody else can connect.
    """
    digest = hashlib.sha256(str(data_dir.absolute()).encode()).hexdigest()[:12]
    return _SOCKETS / f"forbear-{digest}"


def embedded_database(data_dir: Path, *, role: str) -> dict[str, Any]:
    return _settings(
        name=EMBEDDED_DATABASE,
        user=role,
        host=str(socket_directory(data_dir)),
        port=EMBEDDED_PORT,
    )


def database_from_url(url: str) -> dict[str, Any]:
    """Django's settings for a `postgresql://user:password@host:port/name?option=value` URL."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ValueError(
            f"FORBEAR_DATABASE_URL must begin with postgresql://, not {parts.scheme}://: "
            "PostgreSQL is the only database Forbear keeps its desk in."
        )
    options = dict(parse_qsl(parts.query))
    return _settings(
        name=unquote(parts.path.lstrip("/")) or EMBEDDED_DATABASE,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        host=options.pop("host", parts.hostname or ""),
        port=str(parts.port or ""),
        options=options,
    )


def _settings(
    *,
    name: str,
    user: str,
    host: str,
    port: str,
    password: str = "",
    options: dict[str, str] | None = None,
) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": user,
        "PASSWORD": password,
        "HOST": host,
        "PORT": port,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options or {},
    }
