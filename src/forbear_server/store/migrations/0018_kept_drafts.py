"""Drafts of the workbench, the numbers of replies nobody knows, and the pause after hard calls."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

LENDER = "NULLIF(current_setting('forbear.lender_id', true), '')::bigint"
POINTERS = {"borrower_id": ("borrower", " ON DELETE CASCADE"), "owner_id": ("staff_user", "")}


def statements() -> list[str]:
    return [
        "ALTER TABLE kept_draft ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE kept_draft FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY own_lender ON kept_draft USING (lender_id = {LENDER}) "
        f"WITH CHECK (lender_id = {LENDER})",
        *(
            f"ALTER TABLE kept_draft ADD CONSTRAINT kept_draft_{column}_same_lender "
            f"FOREIGN KEY ({column}, lender_id) REFERENCES {parent} (id, lender_id)"
            f"{goes} DEFERRABLE INITIALLY DEFERRED"
            for column, (parent, goes) in POINTERS.items()
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [("store", "0017_outbox_rows")]

    operations = [
        migrations.CreateModel(
            name="KeptDraft",
            fields=[
                (
                    "uuid",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("place", models.CharField(max_length=32)),
                ("text_sealed", models.TextField()),
                ("saved_at", models.DateTimeField()),
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
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.user",
                    ),
                ),
            ],
            options={
                "db_table": "kept_draft",
                "indexes": [models.Index(fields=["owner", "saved_at"], name="kept_draft_by_age")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("lender", "owner", "borrower", "place"), name="kept_draft_once"
                    )
                ],
            },
        ),
        migrations.RunSQL(statements(), migrations.RunSQL.noop),
        migrations.AddField(
            model_name="inboundmessage",
            name="address_sealed",
            field=models.TextField(blank=True, default=""),
            preserve_default=False,
        ),
        migrations.AddIndex(
            model_name="inboundmessage",
            index=models.Index(
                condition=models.Q(
                    ("borrower__isnull", True), models.Q(("opted_out", ""), _negated=True)
                ),
                fields=["lender", "address_ref"],
                name="inbound_message_unclaimed",
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="break_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
