"""Reports of contacts that other programs made: kept apart by lender, written once."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

LENDER = "NULLIF(current_setting('forbear.lender_id', true), '')::bigint"
POINTERS = {"borrower_id": ("borrower", "id"), "permit_id": ("permit_request", "uuid")}


def statements() -> list[str]:
    return [
        "ALTER TABLE contact_report ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE contact_report FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY own_lender ON contact_report USING (lender_id = {LENDER}) "
        f"WITH CHECK (lender_id = {LENDER})",
        *(
            f"ALTER TABLE contact_report ADD CONSTRAINT contact_report_{column}_same_lender "
            f"FOREIGN KEY ({column}, lender_id) REFERENCES {parent} ({key}, lender_id) "
            "ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED"
            for column, (parent, key) in POINTERS.items()
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [("store", "0018_kept_drafts")]

    operations = [
        migrations.CreateModel(
            name="ContactReport",
            fields=[
                (
                    "uuid",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("channel", models.CharField(max_length=32)),
                ("outcome", models.CharField(max_length=16)),
                ("ended_at", models.DateTimeField()),
                ("reported_at", models.DateTimeField()),
                ("evidence_id", models.UUIDField()),
                (
                    "borrower",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="store.borrower",
                    ),
                ),
                (
                    "lender",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="store.lender",
                    ),
                ),
                (
                    "permit",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="store.permitrequest",
                    ),
                ),
            ],
            options={
                "db_table": "contact_report",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("lender", "borrower", "channel", "ended_at", "permit"),
                        name="contact_report_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.RunSQL(statements(), migrations.RunSQL.noop),
    ]
