"""Bring the tables up to date as their owner, and say how they stand."""

from __future__ import annotations

from typing import NamedTuple

from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor

from forbear_server.store.grants import grant_to_app

OWNER = "owner"


class MigrationStatus(NamedTuple):
    applied: list[str]
    waiting: list[str]


def migrate() -> None:
    """Apply what waits and set the serving role's rights; safe to repeat."""
    call_command("migrate", database=OWNER, interactive=False, verbosity=0)
    grant_to_app(owner=OWNER, app_role=str(connections[DEFAULT_DB_ALIAS].settings_dict["USER"]))
    connections[OWNER].close()


def migration_status() -> MigrationStatus:
    executor = MigrationExecutor(connections[OWNER])
    targets = executor.loader.graph.leaf_nodes()
    waiting = [f"{step.app_label}.{step.name}" for step, _ in executor.migration_plan(targets)]
    applied = [f"{app}.{name}" for app, name in sorted(executor.loader.applied_migrations)]
    connections[OWNER].close()
    return MigrationStatus(applied=applied, waiting=waiting)
