"""Registers the staff pages with Django."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "forbear_server.console"
    label = "console"
