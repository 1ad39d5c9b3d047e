"""Every setting of the server, read from the environment once.

Reading this file has no effect on the disk: secrets that nobody gave are made on first use, below
the data directory. Each variable stands in docs/reference/settings.md; a test compares the two.
"""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import Any

from django.utils.functional import SimpleLazyObject

from forbear_server.store.databases import database_from_url, embedded_database
from forbear_server.store.secrets_on_disk import read_or_make_secret

PACKAGE_DIR = Path(__file__).resolve().parent


def _text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def _switch(name: str) -> bool:
    return _text(name, "0") in {"1", "true", "yes", "on"}


def _list(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in _text(name, default).split(",") if part.strip()]


# Where everything that is not code lives.
DATA_DIR = Path(_text("FORBEAR_DATA_DIR", "var")).expanduser().absolute()

# The desk. An empty URL means the PostgreSQL that Forbear starts itself.
DATABASE_URL = _text("FORBEAR_DATABASE_URL")
DATABASE_OWNER_URL = _text("FORBEAR_DATABASE_OWNER_URL")
DATABASE_IS_EMBEDDED = not DATABASE_URL
DATABASES: dict[str, dict[str, Any]] = {
    "default": (
        database_from_url(DATABASE_URL)
        if DATABASE_URL
        else embedded_database(DATA_DIR, role="forbear_app")
    ),
    # Only migrations use this one: it owns the tables.
    "owner": (
        database_from_url(DATABASE_OWNER_URL or DATABASE_URL)
        if DATABASE_URL
        else embedded_database(DATA_DIR, role="forbear_owner")
    ),
}

# Secrets.
SECRET_KEY: Any = _text("FORBEAR_SECRET_KEY") or SimpleLazyObject(
    partial(read_or_make_secret, DATA_DIR / "secret.key")
)
FIELD_KEYS = _text("FORBEAR_FIELD_KEYS")
ADDRESS_KEY = _text("FORBEAR_ADDRESS_KEY")

# Channels: who sends, over which gateway; without a file nothing can be sent.
CHANNELS_FILE = _text("FORBEAR_CHANNELS")
# What messages tell the borrower to turn to; the demonstration's are invented.
_IS_DEMO = _switch("FORBEAR_DEMO")
PORTAL_URL = _text("FORBEAR_PORTAL_URL", "https://portal.example/" if _IS_DEMO else "")
# The line an AI voice is reached at; without it no call in an AI's voice is offered.
AI_VOICE_LINE = _text("FORBEAR_AI_VOICE_LINE", "")
SERVICE_PHONE = _text("FORBEAR_SERVICE_PHONE", "400-000-0042" if _IS_DEMO else "")
# What one part of a text message costs, in fen; empty: no price is shown.
SMS_PRICE_MINOR = (
    int(_text("FORBEAR_SMS_PRICE_MINOR")) if _text("FORBEAR_SMS_PRICE_MINOR") else None
)

# The evidence log: its signing key, as `forbear log new-key` writes one; its name stands in it.
LOG_KEY = _text("FORBEAR_LOG_KEY")
LOG_SEQUENCER = _text("FORBEAR_LOG_SEQUENCER", "serve")

# The demonstration.
DEMO = _IS_DEMO
DEMO_CLOCK = _text("FORBEAR_DEMO_CLOCK")

# The web server.
HOST = _text("FORBEAR_HOST", "127.0.0.1")
PORT = int(_text("FORBEAR_PORT", "8000"))
WORKERS = int(_text("FORBEAR_WORKERS", "2"))
ALLOWED_HOSTS = _list("FORBEAR_ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
COOKIES_ARE_SECURE = _switch("FORBEAR_HTTPS")

# Limits.
# Early warnings a lender raises in a day: no more than its people can help.
WARNINGS_PER_DAY = int(_text("FORBEAR_WARNINGS_PER_DAY", "50"))
CASES_PER_COLLECTOR = int(_text("FORBEAR_CASES_PER_COLLECTOR", "60"))
IMPORT_MAX_BYTES = int(_text("FORBEAR_IMPORT_MAX_BYTES", "209715200"))
IDLE_SIGN_OUT_SECONDS = int(_text("FORBEAR_IDLE_SECONDS", "1800"))

# Django's own.
DEBUG = False
INSTALLED_APPS = [
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_htmx",
    "ninja",  # the API page's own scripts, served from here
    "forbear_server.store",
    "forbear_server.ui",
    "forbear_server.console",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "forbear_server.ui.security_headers.SecurityHeadersMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "forbear_server.ui.server_errors.ServerErrorMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "forbear_server.console.actors.ActorMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
]
ROOT_URLCONF = "forbear_server.urls"
WSGI_APPLICATION = "forbear_server.wsgi.application"
AUTH_USER_MODEL = "store.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.template.context_processors.csrf",
                "forbear_server.console.shell.shell",
            ],
        },
    },
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_NAME = "forbear_session"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = COOKIES_ARE_SECURE
CSRF_COOKIE_NAME = "forbear_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_SECURE = COOKIES_ARE_SECURE
CSRF_FAILURE_VIEW = "forbear_server.ui.server_errors.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Chinese is the source text of every label; English is a catalogue.
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [PACKAGE_DIR / "locale"]
LANGUAGE_COOKIE_NAME = "forbear_language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600

FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_HANDLERS = ["forbear_server.ui.uploads.LimitedTemporaryFileUploadHandler"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {"django.request": {"level": "ERROR"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
