"""Contact is kept apart by lender; a message that was decided on is never rewritten."""

from django.db import migrations

LENDER = "NULLIF(current_setting('forbear.lender_id', true), '')::bigint"
BORROWER, USER = ("borrower", "id"), ("staff_user", "id")
PERMIT, SENDER = ("permit_request", "uuid"), ("channel_sender", "id")
TABLES = {
    "message_template": {"added_by_id": USER, "submitted_by_id": USER, "decided_by_id": USER},
    "channel_sender": {"stopped_by_id": USER},
    "borrower_address": {"borrower_id": BORROWER},
    "message": {
        "borrower_id": BORROWER,
        "permit_id": PERMIT,
        "sender_id": SENDER,
        "template_id": ("message_template", "uuid"),
        "queued_by_id": USER,
    },
    "message_part": {"message_id": ("message", "uuid"), "sender_id": SENDER},
    "channel_receipt": {"sender_id": SENDER},
    "inbound_message": {"borrower_id": BORROWER, "sender_id": SENDER, "handled_by_id": USER},
    "contact_preference": {"borrower_id": BORROWER, "recorded_by_id": USER},
    "contact_hold": {"borrower_id": BORROWER, "placed_by_id": USER, "lifted_by_id": USER},
    "call": {"borrower_id": BORROWER, "permit_id": PERMIT, "collector_id": USER},
}
# These are pointed at together with their lender.
PARENTS = {
    "permit_request": "uuid",
    "channel_sender": "id",
    "message_template": "uuid",
    "message": "uuid",
}
# What goes when its parent goes; the rest keeps its parent from going.
GOES_WITH = {"borrower", "permit_request", "message"}
# What was written stays; only the state around it moves on.
WRITTEN = {
    "message_template": [
        *("lender_id", "name", "version", "channel", "purpose", "language", "tone"),
        *("subject", "text", "digest", "added_by_id"),
    ],
    "message": [
        *("lender_id", "borrower_id", "permit_id", "sender_id", "template_id", "channel"),
        *("text_sealed", "subject_sealed", "address_sealed", "address_ref", "reference"),
        *("send_from", "send_until", "idempotency_key", "queued_at", "queued_by_id"),
    ],
    "contact_preference": [
        *("lender_id", "borrower_id", "kind", "channel", "purpose", "address_ref"),
        *("from_minute", "until_minute", "daily_cap", "language", "granted_at", "until"),
    ],
}
# A sealed column is sealed anew when keys change; its row stays what it says.
SEALED_ANEW = {"text_sealed", "subject_sealed", "address_sealed"}


def statements() -> list[str]:
    made = [
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_{key}_lender UNIQUE ({key}, lender_id)"
        for table, key in PARENTS.items()
    ]
    for table, pointers in TABLES.items():
        made += [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"CREATE POLICY own_lender ON {table} USING (lender_id = {LENDER}) "
            f"WITH CHECK (lender_id = {LENDER})",
        ]
        for column, (parent, key) in pointers.items():
            goes = " ON DELETE CASCADE" if parent in GOES_WITH else ""
            made.append(
                f"ALTER TABLE {table} ADD CONSTRAINT {table}_{column}_same_lender "
                f"FOREIGN KEY ({column}, lender_id) REFERENCES {parent} ({key}, lender_id)"
                f"{goes} DEFERRABLE INITIALLY DEFERRED"
            )
    for table, columns in WRITTEN.items():
        kept = [name for name in columns if name not in SEALED_ANEW]
        changed = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in kept)
        made += [
            f"CREATE FUNCTION {table}_text_stays() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN IF {changed} THEN RAISE EXCEPTION 'what was written of a {table} never changes' "
            "USING ERRCODE = 'insufficient_privilege'; END IF; RETURN NEW; END $$",
            f"CREATE TRIGGER {table}_text_stays BEFORE UPDATE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_text_stays()",
        ]
    # A message ends once: what was done, cancelled or is dead does not go out again, and only what
    # nobody has begun to send may go back to the queue.
    made += [
        "CREATE FUNCTION message_state_moves() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF OLD.state = NEW.state THEN RETURN NEW; END IF; "
        "IF (OLD.state, NEW.state) IN (('queued','claimed'), ('queued','cancelled'), "
        "('queued','dead'), ('claimed','queued'), ('claimed','sending'), ('claimed','cancelled'), "
        "('claimed','dead'), ('sending','done'), ('sending','in_doubt'), ('sending','dead'), "
        "('sending','queued'), ('in_doubt','done'), ('in_doubt','dead')) THEN RETURN NEW; END IF; "
        "RAISE EXCEPTION 'a message does not go from % to %', OLD.state, NEW.state "
        "USING ERRCODE = 'insufficient_privilege'; END $$",
        "CREATE TRIGGER message_state_moves BEFORE UPDATE OF state ON message "
        "FOR EACH ROW EXECUTE FUNCTION message_state_moves()",
    ]
    return made


class Migration(migrations.Migration):
    dependencies = [("store", "0012_contact")]

    operations = [migrations.RunSQL(statements(), migrations.RunSQL.noop)]
