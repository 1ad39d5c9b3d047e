"""Internal notes: kept apart by lender, never rewritten, gone with the person."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

LENDER = "NULLIF(current_setting('forbear.lender_id', true), '')::bigint"
POINTERS = {"borrower_id": ("borrower", " ON DELETE CASCADE"), "written_by_id": ("staff_user", "")}
# The sealed text is left out: it is sealed anew when keys change, and still says the same.
KEPT = ("lender_id", "borrower_id", "written_by_id", "written_at", "idempotency_key", "evidence_id")


def statements() -> list[str]:
    changed = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in KEPT)
    return [
        "ALTER TABLE borrower_note ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE borrower_note FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY own_lender ON borrower_note USING (lender_id = {LENDER}) "
        f"WITH CHECK (lender_id = {LENDER})",
        *(
            f"ALTER TABLE borrower_note ADD CONSTRAINT borrower_note_{column}_same_lender "
            f"FOREIGN KEY ({column}, lender_id) REFERENCES {parent} (id, lender_id)"
            f"{goes} DEFERRABLE INITIALLY DEFERRED"
            for column, (parent, goes) in POINTERS.items()
        ),
        "CREATE FUNCTION borrower_note_text_stays() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN IF {changed} THEN RAISE EXCEPTION 'what was written of a note never changes' "
        "USING ERRCODE = 'insufficient_privilege'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER borrower_note_text_stays BEFORE UPDATE ON borrower_note "
        "FOR EACH ROW EXECUTE FUNCTION borrower_note_text_stays()",
    ]


class Migration(migrations.Migration):
    dependencies = [("store", "0014_calls_followed")]

    operations = [
        migrations.CreateModel(
            name="BorrowerNote",
            fields=[
                (
                    "uuid",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("text_sealed", models.TextField()),
                ("written_at", models.DateTimeField()),
                ("idempotency_key", models.CharField(max_length=64)),
                ("evidence_id", models.CharField(max_length=32)),
                (
                    "borrower",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="store.borrower"
                    ),
                ),
                (
                    "lender",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="store.lender"
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.user",
                    ),
                ),
            ],
            options={
                "db_table": "borrower_note",
                "indexes": [
                    models.Index(
                        fields=["lender", "borrower", "written_at"],
                        name="borrower_no_lender__711423_idx",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("lender", "written_by", "idempotency_key"),
                        name="borrower_note_once",
                    )
                ],
            },
        ),
        migrations.RunSQL(statements(), migrations.RunSQL.noop),
    ]
