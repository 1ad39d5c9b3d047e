"""Scores, warnings and standings are kept apart by lender; what was approved is never rewritten."""

from django.db import migrations

LENDER = "NULLIF(current_setting('forbear.lender_id', true), '')::bigint"
BORROWER, USER = ("borrower", "id"), ("staff_user", "id")
TABLES = {
    "score_card": {"added_by_id": USER, "submitted_by_id": USER, "decided_by_id": USER},
    "reward_policy": {"added_by_id": USER, "decided_by_id": USER},
    "behaviour_event": {"borrower_id": BORROWER, "reported_by_id": USER},
    "loan_score": {"borrower_id": BORROWER, "score_card_id": ("score_card", "uuid")},
    "early_warning": {
        "borrower_id": BORROWER,
        "score_card_id": ("score_card", "uuid"),
        "closed_by_id": USER,
    },
    "standing": {"borrower_id": BORROWER},
    "standing_appeal": {
        "borrower_id": BORROWER,
        "received_by_id": USER,
        "decided_by_id": USER,
    },
}
# What was written stays; only the state around it moves on.
WRITTEN = {
    "score_card": ["lender_id", "name", "version", "recipe", "text", "digest", "is_simulated"],
    "reward_policy": ["lender_id", "version", "text", "digest"],
}


def statements() -> list[str]:
    made = [
        "ALTER TABLE score_card ADD CONSTRAINT score_card_uuid_lender UNIQUE (uuid, lender_id)",
    ]
    for table, pointers in TABLES.items():
        made += [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"CREATE POLICY own_lender ON {table} USING (lender_id = {LENDER}) "
            f"WITH CHECK (lender_id = {LENDER})",
        ]
        for column, (parent, key) in pointers.items():
            goes = " ON DELETE CASCADE" if parent == "borrower" else ""
            made.append(
                f"ALTER TABLE {table} ADD CONSTRAINT {table}_{column}_same_lender "
                f"FOREIGN KEY ({column}, lender_id) REFERENCES {parent} ({key}, lender_id)"
                f"{goes} DEFERRABLE INITIALLY DEFERRED"
            )
    for table, columns in WRITTEN.items():
        changed = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in columns)
        made += [
            f"CREATE FUNCTION {table}_text_stays() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN IF {changed} THEN RAISE EXCEPTION 'what was written of a {table} never changes' "
            "USING ERRCODE = 'insufficient_privilege'; END IF; RETURN NEW; END $$",
            f"CREATE TRIGGER {table}_text_stays BEFORE UPDATE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_text_stays()",
        ]
    return made


class Migration(migrations.Migration):
    dependencies = [("store", "0010_scores")]

    operations = [migrations.RunSQL(statements(), migrations.RunSQL.noop)]
