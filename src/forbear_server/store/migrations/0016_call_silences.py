"""Muting and holding a call, and what is kept of a call in which somebody was upset."""

import django.db.models.deletion
from django.db import migrations, models

_SAME_LENDER = (
    "ALTER TABLE call ADD CONSTRAINT call_distress_seen_by_id_same_lender "
    "FOREIGN KEY (distress_seen_by_id, lender_id) REFERENCES staff_user (id, lender_id) "
    "DEFERRABLE INITIALLY DEFERRED"
)


def _flag(name: str) -> migrations.AddField:
    return migrations.AddField(
        model_name="call", name=name, field=models.BooleanField(default=False)
    )


def _moment(name: str) -> migrations.AddField:
    return migrations.AddField(
        model_name="call", name=name, field=models.DateTimeField(blank=True, null=True)
    )


class Migration(migrations.Migration):
    dependencies = [("store", "0015_borrower_notes")]

    operations = [
        _flag("is_mute_wished"),
        _flag("is_muted"),
        _flag("is_hold_wished"),
        _flag("is_held"),
        _moment("distressed_at"),
        _flag("is_guide_paused"),
        _moment("distress_seen_at"),
        migrations.AddField(
            model_name="call",
            name="distress_seen_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="store.user",
            ),
        ),
        migrations.RunSQL(_SAME_LENDER, migrations.RunSQL.noop),
    ]
