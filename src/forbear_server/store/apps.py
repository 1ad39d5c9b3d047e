"""Registers the tables with Django."""

from importlib import import_module

from django.apps import AppConfig


class StoreConfig(AppConfig):
    name = "forbear_server.store"
    label = "store"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Registers itself with every field; the models must be there first.
        import_module("forbear_server.store.lookups")
