"""Evidence, its persons and the log protect themselves again."""

from django.db import migrations, models

LENDER = "NULLIF(current_setting('forbear.lender_id', true), '')::bigint"
MOVES = "(OLD.state = 'issued' AND NEW.state IN ('used', 'lapsed')) OR OLD.state = NEW.state"
JUDGED = [
    "lender_id",
    "borrower_id",
    "asked_by_id",
    "asked_at",
    "idempotency_key",
    "channel",
    "recipient",
    "purpose",
    "loan_ref",
    "address_ref",
    "content_digest",
    "grounds",
    "opens_at",
    "closes_at",
    "rulebooks",
    "facts_digest",
]
CONVERTED = ["evidence_entry", "permit_request", "worklist_item", "borrower", "loan", "staff_user"]
# Rows that are added and never changed or taken away, whoever asks.
APPEND_ONLY = ["log_leaf", "log_head", "rulebook_archive"]


def statements() -> list[str]:
    made = [f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY" for table in CONVERTED]
    changed = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in JUDGED)
    made += [
        "CREATE TRIGGER evidence_entry_append_only BEFORE UPDATE OR DELETE ON evidence_entry "
        "FOR EACH ROW EXECUTE FUNCTION evidence_entry_is_append_only()",
        "CREATE OR REPLACE FUNCTION permit_request_moves_on() RETURNS trigger LANGUAGE plpgsql "
        f"AS $$ BEGIN IF ({changed}) OR NOT ({MOVES}) THEN "
        "RAISE EXCEPTION 'a permit only moves from issued to used or lapsed' "
        "USING ERRCODE = 'insufficient_privilege'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER permit_request_moves_on BEFORE UPDATE ON permit_request "
        "FOR EACH ROW EXECUTE FUNCTION permit_request_moves_on()",
        "CREATE FUNCTION permit_request_goes_with_its_person() RETURNS trigger LANGUAGE plpgsql "
        "AS $$ BEGIN IF current_setting('forbear.erasing', true) IS DISTINCT FROM 'on' THEN "
        "RAISE EXCEPTION 'a permit goes only with the person it was about' "
        "USING ERRCODE = 'insufficient_privilege'; END IF; RETURN OLD; END $$",
        "CREATE TRIGGER permit_request_goes_with_its_person BEFORE DELETE ON permit_request "
        "FOR EACH ROW EXECUTE FUNCTION permit_request_goes_with_its_person()",
        # Entries of no lender are read by the check of the desk alone.
        "CREATE POLICY of_the_house ON evidence_entry FOR SELECT "
        "USING (lender_id IS NULL AND current_setting('forbear.house', true) = 'on')",
    ]
    for table in ("evidence_person", "evidence_subject", "retention_hold"):
        made += [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        ]
        # The key of the house closes entries of no lender: whoever serves may use it.
        for_all = "" if table == "retention_hold" else "lender_id IS NULL OR "
        made.append(
            f"CREATE POLICY own_lender ON {table} USING ({for_all}lender_id = {LENDER}) "
            f"WITH CHECK ({for_all}lender_id = {LENDER})"
        )
    for table in APPEND_ONLY:
        made += [
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION evidence_entry_is_append_only()",
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION evidence_entry_is_append_only()",
        ]
    return made


class Migration(migrations.Migration):
    dependencies = [("store", "0008_earlier_evidence")]

    operations = [
        migrations.AlterField("EvidenceEntry", "uuid", models.UUIDField(unique=True)),
        migrations.AlterField(
            "EvidenceEntry", "subject", models.CharField(max_length=32, blank=True)
        ),
        migrations.RemoveField("EvidenceEntry", "address"),
        migrations.RemoveField("PermitRequest", "facts"),
        migrations.AddIndex(
            "EvidenceEntry", models.Index(fields=["about"], name="evidence_entry_about")
        ),
        migrations.AddIndex(
            "EvidenceEntry", models.Index(fields=["subject"], name="evidence_entry_subject")
        ),
        migrations.RunSQL(statements(), migrations.RunSQL.noop),
    ]
