"""Evidence becomes a log: random ids, pseudonyms, sealed fields, a queue and the places in the log.

First of three: the columns and tables. 0008 turns the rows written since the foundation into
entries of the log, 0009 makes the new columns mandatory and sets the protections.
"""

import django.db.models.deletion
from django.db import migrations, models

# The conversion changes rows that are otherwise only ever added, over all lenders.
OPEN_FOR_CONVERSION = [
    "DROP TRIGGER evidence_entry_append_only ON evidence_entry",
    "ALTER TABLE evidence_entry NO FORCE ROW LEVEL SECURITY",
    "ALTER TABLE permit_request NO FORCE ROW LEVEL SECURITY",
    "ALTER TABLE worklist_item NO FORCE ROW LEVEL SECURITY",
    "ALTER TABLE borrower NO FORCE ROW LEVEL SECURITY",
    "ALTER TABLE loan NO FORCE ROW LEVEL SECURITY",
    "ALTER TABLE staff_user NO FORCE ROW LEVEL SECURITY",
    "DROP TRIGGER permit_request_moves_on ON permit_request",
]


class Migration(migrations.Migration):
    dependencies = [("store", "0006_permit_row_security")]

    operations = [
        migrations.RunSQL(OPEN_FOR_CONVERSION, migrations.RunSQL.noop),
        migrations.CreateModel(
            name="EvidencePerson",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("borrower", "Borrower"),
                            ("staff", "Staff"),
                            ("lender", "Lender"),
                            ("installation", "Installation"),
                        ],
                        max_length=16,
                    ),
                ),
                ("ref", models.CharField(blank=True, max_length=64)),
                ("key_sealed", models.TextField(blank=True)),
                ("erased_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "db_table": "evidence_person",
            },
        ),
        migrations.CreateModel(
            name="EvidenceSubject",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("purpose", models.CharField(max_length=16)),
                ("pseudonym", models.CharField(max_length=32, unique=True)),
            ],
            options={
                "db_table": "evidence_subject",
            },
        ),
        migrations.CreateModel(
            name="LogHead",
            fields=[
                ("size", models.BigIntegerField(primary_key=True, serialize=False)),
                ("root", models.BinaryField()),
                ("note", models.TextField()),
                ("signed_at", models.DateTimeField()),
            ],
            options={
                "db_table": "log_head",
            },
        ),
        migrations.CreateModel(
            name="LogLeaf",
            fields=[
                ("leaf_index", models.BigIntegerField(primary_key=True, serialize=False)),
                ("uuid", models.UUIDField(unique=True)),
                ("canonical", models.BinaryField()),
            ],
            options={
                "db_table": "log_leaf",
            },
        ),
        migrations.CreateModel(
            name="LogQueueItem",
            fields=[
                ("entry_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("uuid", models.UUIDField(unique=True)),
                ("canonical", models.BinaryField()),
            ],
            options={
                "db_table": "log_queue",
            },
        ),
        migrations.CreateModel(
            name="LogState",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("origin", models.CharField(max_length=200)),
                ("trouble", models.TextField(blank=True)),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "db_table": "log_state",
            },
        ),
        migrations.CreateModel(
            name="RetentionHold",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("citation", models.CharField(max_length=200)),
                ("kept_until", models.DateField(blank=True, null=True)),
                ("placed_at", models.DateTimeField()),
                ("released_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "db_table": "retention_hold",
            },
        ),
        migrations.CreateModel(
            name="RulebookArchive",
            fields=[
                ("version", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("content", models.BinaryField()),
                ("sha256", models.CharField(max_length=64)),
                ("kept_at", models.DateTimeField()),
            ],
            options={
                "db_table": "rulebook_archive",
            },
        ),
        migrations.AddField(
            model_name="permitrequest",
            name="purpose",
            field=models.CharField(default="collect", max_length=64),
        ),
        migrations.AddField(
            model_name="permitrequest",
            name="recipient",
            field=models.CharField(default="borrower", max_length=32),
        ),
        migrations.AddField(
            model_name="evidenceperson",
            name="lender",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="store.lender",
            ),
        ),
        migrations.AddField(
            model_name="evidencesubject",
            name="lender",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="store.lender",
            ),
        ),
        migrations.AddField(
            model_name="evidencesubject",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, to="store.evidenceperson"
            ),
        ),
        migrations.AddConstraint(
            model_name="logleaf",
            constraint=models.CheckConstraint(
                condition=models.Q(("canonical__length__lte", 1024)), name="log_leaf_entry_fits"
            ),
        ),
        migrations.AddConstraint(
            model_name="logqueueitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("canonical__length__lte", 1024)), name="log_queue_entry_fits"
            ),
        ),
        migrations.AddConstraint(
            model_name="logstate",
            constraint=models.CheckConstraint(
                condition=models.Q(("id", 1)), name="log_state_one_row"
            ),
        ),
        migrations.AddField(
            model_name="retentionhold",
            name="lender",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="store.lender"),
        ),
        migrations.AddField(
            model_name="retentionhold",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, to="store.evidenceperson"
            ),
        ),
        migrations.AddConstraint(
            model_name="evidenceperson",
            constraint=models.UniqueConstraint(
                condition=models.Q(("key_sealed", ""), _negated=True),
                fields=("lender", "kind", "ref"),
                name="evidence_person_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="evidenceperson",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("erased_at__isnull", True),
                    models.Q(("erased_at__isnull", False), ("key_sealed", ""), ("ref", "")),
                    _connector="OR",
                ),
                name="evidence_person_erased_is_empty",
            ),
        ),
        migrations.AddConstraint(
            model_name="evidencesubject",
            constraint=models.UniqueConstraint(
                fields=("person", "purpose"), name="evidence_subject_once_a_purpose"
            ),
        ),
        migrations.AddConstraint(
            model_name="retentionhold",
            constraint=models.CheckConstraint(
                condition=models.Q(("citation", ""), _negated=True),
                name="retention_hold_has_citation",
            ),
        ),
        migrations.RenameField("EvidenceEntry", "subject", "about"),
        migrations.AddField(
            "EvidenceEntry", "subject", models.CharField(max_length=32, blank=True, default="")
        ),
        migrations.AddField("EvidenceEntry", "uuid", models.UUIDField(null=True)),
        migrations.AddField("EvidenceEntry", "sealed", models.BinaryField(default=bytes)),
    ]
