"""Registers shared templates, tags and static files with Django."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "forbear_server.ui"
    label = "ui"
