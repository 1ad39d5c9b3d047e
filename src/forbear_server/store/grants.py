"""What the serving role may do to each table. Named one by one: a new table is closed until then."""

from __future__ import annotations

from django.db import connections
from psycopg import sql

_ALL = "SELECT, INSERT, UPDATE, DELETE"
GRANTS = {
    "lender": "SELECT, INSERT, UPDATE",
    "staff_user": "SELECT, INSERT, UPDATE",
    "recovery_code": _ALL,
    "sign_in_throttle": _ALL,
    "borrower": _ALL,
    "loan": _ALL,
    "tape_import": "SELECT, INSERT, UPDATE",
    "import_finding": _ALL,
    "mapping_template": _ALL,
    "run": "SELECT, INSERT, UPDATE",
    "run_stage": _ALL,
    "run_log_line": "SELECT, INSERT, DELETE",
    "worklist_item": _ALL,
    "api_token": "SELECT, INSERT, UPDATE",
    # A permit's state moves on; a trigger lets it go only with the person it was about.
    "permit_request": _ALL,
    # Evidence is added and read; a trigger refuses the rest even to the owner.
    "evidence_entry": "SELECT, INSERT",
    "evidence_person": "SELECT, INSERT, UPDATE",
    "evidence_subject": _ALL,
    "retention_hold": "SELECT, INSERT, UPDATE",
    # The log: a queue that empties, places and heads that only grow.
    "log_queue": "SELECT, INSERT, DELETE",
    "log_leaf": "SELECT, INSERT",
    "log_head": "SELECT, INSERT",
    "log_state": "SELECT, INSERT, UPDATE",
    "rulebook_archive": "SELECT, INSERT",
    # Cards and policies change their state only; a trigger keeps the text.
    "score_card": "SELECT, INSERT, UPDATE",
    "reward_policy": "SELECT, INSERT, UPDATE",
    "behaviour_event": "SELECT, INSERT, DELETE",
    "loan_score": _ALL,
    "early_warning": _ALL,
    "standing": _ALL,
    "standing_appeal": _ALL,
    "message_template": "SELECT, INSERT, UPDATE",
    "channel_sender": "SELECT, INSERT, UPDATE",
    "borrower_address": _ALL,
    "message": _ALL,
    "message_part": _ALL,
    "channel_receipt": _ALL,
    "inbound_message": _ALL,
    "contact_preference": _ALL,
    "contact_hold": _ALL,
    # Written once; a permit that goes with its person takes its report along.
    "contact_report": "SELECT, INSERT, DELETE",
    "call": _ALL,
    "borrower_note": _ALL,
    "kept_draft": _ALL,
    "django_session": _ALL,
    "django_migrations": "SELECT",
}


def grant_to_app(*, owner: str, app_role: str) -> None:
    """Set the serving role's rights afresh, as the owner of the tables."""
    with connections[owner].cursor() as cursor:
        role = sql.Identifier(app_role)
        cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(role))
        for table, rights in GRANTS.items():
            name = sql.Identifier(table)
            cursor.execute(sql.SQL("REVOKE ALL ON {} FROM {}").format(name, role))
            cursor.execute(sql.SQL("GRANT {} ON {} TO {}").format(sql.SQL(rights), name, role))
        cursor.execute(
            sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}").format(role)
        )
