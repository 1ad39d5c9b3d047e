"""Fewer indexes on rows that change often, room on their pages, and where an address is from."""

import django.db.models.deletion
from django.db import migrations, models

_CHANGING = ("message", "message_part", "permit_request")


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0016_call_silences"),
    ]

    operations = [
        migrations.AddField(
            model_name="borroweraddress",
            name="is_from_book",
            field=models.BooleanField(default=False),
        ),
        migrations.AlterField(
            model_name="channelreceipt",
            name="lender",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.lender"
            ),
        ),
        migrations.AlterField(
            model_name="channelreceipt",
            name="sender",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                to="store.channelsender",
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="borrower",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, to="store.borrower"
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="lender",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.lender"
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="queued_by",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="store.user",
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="sender",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                to="store.channelsender",
            ),
        ),
        migrations.AlterField(
            model_name="messagepart",
            name="lender",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.lender"
            ),
        ),
        migrations.AlterField(
            model_name="messagepart",
            name="sender",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                to="store.channelsender",
            ),
        ),
        migrations.AlterField(
            model_name="permitrequest",
            name="asked_by",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="store.user",
            ),
        ),
        migrations.AlterField(
            model_name="permitrequest",
            name="lender",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.lender"
            ),
        ),
        # Until now numbers and postal addresses came from tapes, but for the few a borrower gave.
        migrations.RunSQL(
            [
                "ALTER TABLE borrower_address NO FORCE ROW LEVEL SECURITY",
                "UPDATE borrower_address SET is_from_book = true WHERE kind IN ('phone', 'post')",
                "ALTER TABLE borrower_address FORCE ROW LEVEL SECURITY",
            ],
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            [f"ALTER TABLE {table} SET (fillfactor = 75)" for table in _CHANGING],
            [f"ALTER TABLE {table} RESET (fillfactor)" for table in _CHANGING],
        ),
    ]
