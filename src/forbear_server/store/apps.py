"""Registers the tables with Django."""

from django.apps import AppConfig


class StoreConfig(AppConfig):
    name = "forbear_server.store"
    label = "store"
    default_auto_field = "django.db.models.BigAutoField"
