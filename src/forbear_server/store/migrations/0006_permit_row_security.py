"""Permits and tokens are kept apart by lender; what was judged about a permit never changes."""

from django.db import migrations

LENDER = "NULLIF(current_setting('forbear.lender_id', true), '')::bigint"
TABLES = {
    "api_token": {"user_id": ("staff_user", "id")},
    "permit_request": {
        "borrower_id": ("borrower", "id"),
        "asked_by_id": ("staff_user", "id"),
    },
}
MOVES = "(OLD.state = 'issued' AND NEW.state IN ('used', 'lapsed')) OR OLD.state = NEW.state"
JUDGED = [
    "lender_id",
    "borrower_id",
    "asked_by_id",
    "asked_at",
    "idempotency_key",
    "channel",
    "loan_ref",
    "address_ref",
    "content_digest",
    "grounds",
    "opens_at",
    "closes_at",
    "rulebooks",
    "facts_digest",
    "facts",
]


def statements() -> list[str]:
    made = []
    for table, pointers in TABLES.items():
        made += [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"CREATE POLICY own_lender ON {table} USING (lender_id = {LENDER}) "
            f"WITH CHECK (lender_id = {LENDER})",
        ]
        for column, (parent, key) in pointers.items():
            made.append(
                f"ALTER TABLE {table} ADD CONSTRAINT {table}_{column}_same_lender "
                f"FOREIGN KEY ({column}, lender_id) REFERENCES {parent} ({key}, lender_id) "
                "DEFERRABLE INITIALLY DEFERRED"
            )
    # A program signs in by its token before anybody knows whose it is.
    made.append(
        "CREATE POLICY token_by_digest ON api_token FOR SELECT "
        "USING (digest = NULLIF(current_setting('forbear.api_token_digest', true), ''))"
    )
    changed = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in JUDGED)
    made += [
        "CREATE FUNCTION permit_request_moves_on() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN IF ({changed}) OR NOT ({MOVES}) THEN "
        "RAISE EXCEPTION 'a permit only moves from issued to used or lapsed' "
        "USING ERRCODE = 'insufficient_privilege'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER permit_request_moves_on BEFORE UPDATE ON permit_request "
        "FOR EACH ROW EXECUTE FUNCTION permit_request_moves_on()",
    ]
    return made


class Migration(migrations.Migration):
    dependencies = [("store", "0005_permits_and_tokens")]

    operations = [migrations.RunSQL(statements(), migrations.RunSQL.noop)]
