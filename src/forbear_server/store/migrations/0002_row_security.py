"""Lenders are kept apart by the database itself, and evidence can only grow.

Every table with a lender gets row-level security that also binds the tables' owner, one policy for
reading and writing, and foreign keys that carry the lender along: a row of one lender cannot even
point at a row of another.
"""

from django.db import migrations

LENDER = "NULLIF(current_setting('forbear.lender_id', true), '')::bigint"

# table, columns that point at another row of the same lender
TABLES = {
    "staff_user": {},
    "recovery_code": {"user_id": ("staff_user", "id")},
    "borrower": {},
    "loan": {"borrower_id": ("borrower", "id")},
    "tape_import": {
        "uploaded_by_id": ("staff_user", "id"),
        "withdrawal_asked_by_id": ("staff_user", "id"),
    },
    "import_finding": {"tape_import_id": ("tape_import", "uuid")},
    "mapping_template": {},
    "run": {},
    "run_stage": {"run_id": ("run", "uuid")},
    "run_log_line": {"run_id": ("run", "uuid")},
    "worklist_item": {
        "run_id": ("run", "uuid"),
        "borrower_id": ("borrower", "id"),
        "assigned_to_id": ("staff_user", "id"),
        "taken_by_id": ("staff_user", "id"),
    },
}
PARENTS = {("staff_user", "id"), ("borrower", "id"), ("tape_import", "uuid"), ("run", "uuid")}


def protect(table: str) -> list[str]:
    return [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY own_lender ON {table} USING (lender_id = {LENDER}) "
        f"WITH CHECK (lender_id = {LENDER})",
    ]


def statements() -> list[str]:
    made = [
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_with_lender UNIQUE ({key}, lender_id)"
        for table, key in sorted(PARENTS)
    ]
    for table, pointers in TABLES.items():
        made += protect(table)
        for column, (parent, key) in pointers.items():
            made.append(
                f"ALTER TABLE {table} ADD CONSTRAINT {table}_{column}_same_lender "
                f"FOREIGN KEY ({column}, lender_id) REFERENCES {parent} ({key}, lender_id) "
                "DEFERRABLE INITIALLY DEFERRED"
            )
    # Sign-in reads one user by name before the lender is known, and a demo lists its accounts.
    made += [
        "CREATE POLICY sign_in_by_name ON staff_user FOR SELECT "
        "USING (username = NULLIF(current_setting('forbear.sign_in_username', true), ''))",
        "CREATE POLICY demo_listing ON staff_user FOR SELECT "
        "USING (is_demo AND current_setting('forbear.demo_listing', true) = 'on')",
    ]
    # Evidence: a row without a lender may be added by anybody and read by nobody but the owner of
    # the machine; nothing is ever changed or taken away, whoever asks.
    made += [
        "ALTER TABLE evidence_entry ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE evidence_entry FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY own_lender ON evidence_entry FOR SELECT USING (lender_id = {LENDER})",
        "CREATE POLICY append_own ON evidence_entry FOR INSERT "
        f"WITH CHECK (lender_id IS NULL OR lender_id = {LENDER})",
        "CREATE FUNCTION evidence_entry_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION 'evidence is only ever added to: % refused', TG_OP "
        "USING ERRCODE = 'insufficient_privilege'; END $$",
        "CREATE TRIGGER evidence_entry_append_only BEFORE UPDATE OR DELETE ON evidence_entry "
        "FOR EACH ROW EXECUTE FUNCTION evidence_entry_is_append_only()",
        "CREATE TRIGGER evidence_entry_no_truncate BEFORE TRUNCATE ON evidence_entry "
        "FOR EACH STATEMENT EXECUTE FUNCTION evidence_entry_is_append_only()",
    ]
    return made


class Migration(migrations.Migration):
    dependencies = [("store", "0001_initial")]

    operations = [migrations.RunSQL(statements(), migrations.RunSQL.noop)]
