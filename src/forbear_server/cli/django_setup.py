"""Make Django's models importable for the commands that need them; opens no database."""

from __future__ import annotations

import os

import django
from django.apps import apps


def set_up_django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forbear_server.settings")
    if not apps.ready:
        django.setup()
