"""Templates, senders, addresses, the outbox, receipts, inbound messages, preferences, holds, calls."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0011_scores_protected"),
    ]

    operations = [
        migrations.AddField(
            model_name="permitrequest",
            name="outcome",
            field=models.CharField(blank=True, max_length=16),
        ),
        migrations.CreateModel(
            name="ChannelSender",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("channel", models.CharField(max_length=32)),
                ("sender", models.CharField(max_length=128)),
                ("gateway", models.CharField(max_length=32)),
                ("rate_milli", models.PositiveIntegerField(default=10_000)),
                ("allowance_milli", models.BigIntegerField(default=0)),
                ("allowance_at", models.DateTimeField(blank=True, null=True)),
                ("stopped_at", models.DateTimeField(blank=True, null=True)),
                ("stopped_reason", models.CharField(blank=True, max_length=200)),
                ("link", models.CharField(blank=True, max_length=16)),
                ("link_seen_at", models.DateTimeField(blank=True, null=True)),
                ("last_sent_at", models.DateTimeField(blank=True, null=True)),
                ("last_receipt_at", models.DateTimeField(blank=True, null=True)),
                (
                    "lender",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="store.lender"
                    ),
                ),
                (
                    "stopped_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.user",
                    ),
                ),
            ],
            options={
                "db_table": "channel_sender",
            },
        ),
        migrations.CreateModel(
            name="ContactHold",
            fields=[
                (
                    "uuid",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("loan_ref", models.CharField(blank=True, max_length=64)),
                ("kind", models.CharField(max_length=24)),
                ("source", models.CharField(max_length=16)),
                ("placed_at", models.DateTimeField()),
                ("until", models.DateTimeField(blank=True, null=True)),
                ("lifted_at", models.DateTimeField(blank=True, null=True)),
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
                    "lifted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.user",
                    ),
                ),
                (
                    "placed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.user",
                    ),
                ),
            ],
            options={
                "db_table": "contact_hold",
            },
        ),
        migrations.CreateModel(
            name="ContactPreference",
            fields=[
                (
                    "uuid",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.CharField(max_length=24)),
                ("channel", models.CharField(blank=True, max_length=32)),
                ("purpose", models.CharField(blank=True, max_length=64)),
                ("address_ref", models.CharField(blank=True, max_length=64)),
                ("from_minute", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("until_minute", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("daily_cap", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("language", models.CharField(blank=True, max_length=16)),
                ("text_digest", models.CharField(blank=True, max_length=64)),
                ("source", models.CharField(max_length=16)),
                ("granted_at", models.DateTimeField()),
                ("until", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
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
                    "recorded_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.user",
                    ),
                ),
            ],
            options={
                "db_table": "contact_preference",
            },
        ),
        migrations.CreateModel(
            name="InboundMessage",
            fields=[
                (
                    "uuid",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("channel", models.CharField(max_length=32)),
                ("channel_id", models.CharField(max_length=200)),
                ("address_ref", models.CharField(max_length=64)),
                ("text_sealed", models.TextField(blank=True)),
                ("received_at", models.DateTimeField()),
                ("intents", models.JSONField(default=list)),
                ("next_step", models.CharField(blank=True, max_length=32)),
                ("opted_out", models.CharField(blank=True, max_length=16)),
                ("handled_at", models.DateTimeField(blank=True, null=True)),
                ("handled_as", models.CharField(blank=True, max_length=32)),
                (
                    "borrower",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="store.borrower",
                    ),
                ),
                (
                    "handled_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.user",
                    ),
                ),
                (
                    "lender",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="store.lender"
                    ),
                ),
                (
                    "sender",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="store.channelsender"
                    ),
                ),
            ],
            options={
                "db_table": "inbound_message",
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "uuid",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("channel", models.CharField(max_length=32)),
                ("loan_ref", models.CharField(blank=True, max_length=64)),
                ("purpose", models.CharField(max_length=64)),
                ("language", models.CharField(max_length=16)),
                ("text_sealed", models.TextField()),
                ("subject_sealed", models.TextField(blank=True)),
                ("address_sealed", models.TextField()),
                ("address_ref", models.CharField(max_length=64)),
                ("reference", models.PositiveIntegerField()),
                ("priority", models.PositiveSmallIntegerField(default=5)),
                ("send_from", models.DateTimeField()),
                ("send_until", models.DateTimeField()),
                ("not_before", models.DateTimeField(blank=True, null=True)),
                ("state", models.CharField(default="queued", max_length=16)),
                ("reason", models.CharField(blank=True, max_length=64)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("worker", models.CharField(blank=True, max_length=64)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("idempotency_key", models.CharField(max_length=64)),
                ("queued_at", models.DateTimeField()),
                ("sending_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("delivery", models.CharField(blank=True, max_length=16)),
                ("delivery_at", models.DateTimeField(blank=True, null=True)),
                ("delivery_reason", models.CharField(blank=True, max_length=64)),
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
                    "permit",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, to="store.permitrequest"
                    ),
                ),
                (
                    "queued_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.user",
                    ),
                ),
                (
                    "sender",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="store.channelsender"
                    ),
                ),
            ],
            options={
                "db_table": "message",
            },
        ),
        migrations.CreateModel(
            name="ChannelReceipt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("channel_id", models.CharField(max_length=200)),
                ("status", models.CharField(max_length=16)),
                ("reason", models.CharField(blank=True, max_length=64)),
                ("reference", models.PositiveIntegerField(blank=True, null=True)),
                ("address_ref", models.CharField(blank=True, max_length=64)),
                ("at", models.DateTimeField()),
                ("received_at", models.DateTimeField()),
                (
                    "lender",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="store.lender"
                    ),
                ),
                (
                    "sender",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="store.channelsender"
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="store.message",
                    ),
                ),
            ],
            options={
                "db_table": "channel_receipt",
            },
        ),
        migrations.CreateModel(
            name="MessagePart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("part", models.PositiveSmallIntegerField()),
                ("channel_id", models.CharField(max_length=200)),
                ("status", models.CharField(blank=True, max_length=16)),
                (
                    "lender",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="store.lender"
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="store.message"
                    ),
                ),
                (
                    "sender",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="store.channelsender"
                    ),
                ),
            ],
            options={
                "db_table": "message_part",
            },
        ),
        migrations.CreateModel(
            name="MessageTemplate",
            fields=[
                (
                    "uuid",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=64)),
                ("version", models.PositiveIntegerField()),
                ("channel", models.CharField(max_length=32)),
                ("purpose", models.CharField(max_length=64)),
                ("language", models.CharField(default="zh-Hans", max_length=16)),
                ("tone", models.CharField(max_length=16)),
                ("subject", models.CharField(blank=True, max_length=200)),
                ("text", models.TextField()),
                ("digest", models.CharField(max_length=64)),
                ("state", models.CharField(default="draft", max_length=16)),
                ("added_at", models.DateTimeField()),
                ("submitted_at", models.DateTimeField(blank=True, null=True)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("decision_note", models.CharField(blank=True, max_length=200)),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.user",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.user",
                    ),
                ),
                (
                    "lender",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="store.lender"
                    ),
                ),
                (
                    "submitted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.user",
                    ),
                ),
            ],
            options={
                "db_table": "message_template",
            },
        ),
        migrations.AddField(
            model_name="message",
            name="template",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="store.messagetemplate",
            ),
        ),
        migrations.CreateModel(
            name="BorrowerAddress",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=16)),
                ("address_sealed", models.TextField()),
                ("ref", models.CharField(max_length=64)),
                ("added_at", models.DateTimeField()),
                ("out_of_use_at", models.DateTimeField(blank=True, null=True)),
                ("out_of_use_reason", models.CharField(blank=True, max_length=32)),
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
            ],
            options={
                "db_table": "borrower_address",
                "indexes": [
                    models.Index(fields=["lender", "ref"], name="borrower_ad_lender__b5a3b1_idx")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("lender", "borrower", "ref"), name="borrower_address_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                ["phone", "mail", "wechat", "wecom", "push", "post", "app"],
                            )
                        ),
                        name="borrower_address_kind_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Call",
            fields=[
                (
                    "uuid",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("loan_ref", models.CharField(blank=True, max_length=64)),
                ("address_ref", models.CharField(max_length=64)),
                ("voice", models.CharField(default="person", max_length=16)),
                ("provider", models.CharField(max_length=32)),
                ("provider_call_id", models.CharField(blank=True, max_length=128)),
                ("state", models.CharField(default="dialling", max_length=16)),
                ("asked_at", models.DateTimeField()),
                ("window_closes_at", models.DateTimeField()),
                ("ringing_at", models.DateTimeField(blank=True, null=True)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("ended_by", models.CharField(blank=True, max_length=16)),
                ("hangup_reason", models.CharField(blank=True, max_length=64)),
                ("identity", models.CharField(default="unknown", max_length=16)),
                ("said", models.JSONField(default=list)),
                ("disposition", models.CharField(blank=True, max_length=24)),
                ("disposed_at", models.DateTimeField(blank=True, null=True)),
                ("note_sealed", models.TextField(blank=True)),
                ("recording", models.CharField(default="none", max_length=16)),
                ("recording_digest", models.CharField(blank=True, max_length=64)),
                ("recording_kept_until", models.DateField(blank=True, null=True)),
                (
                    "borrower",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="store.borrower"
                    ),
                ),
                (
                    "collector",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.user",
                    ),
                ),
                (
                    "lender",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="store.lender"
                    ),
                ),
                (
                    "permit",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, to="store.permitrequest"
                    ),
                ),
            ],
            options={
                "db_table": "call",
                "indexes": [
                    models.Index(
                        fields=["lender", "borrower", "asked_at"], name="call_lender__7e4d91_idx"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("state__in", ["dialling", "ringing", "connected", "wrap_up"])
                        ),
                        fields=("lender", "collector"),
                        name="call_one_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "dialling",
                                    "ringing",
                                    "connected",
                                    "wrap_up",
                                    "done",
                                    "not_placed",
                                    "failed",
                                ],
                            )
                        ),
                        name="call_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "identity__in",
                                ["unknown", "right_party", "third_person", "unverifiable"],
                            )
                        ),
                        name="call_identity_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "done"), _negated=True),
                            models.Q(("disposition", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="call_closed_with_a_disposition",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="channelsender",
            constraint=models.UniqueConstraint(
                fields=("lender", "channel", "sender"), name="channel_sender_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="channelsender",
            constraint=models.CheckConstraint(
                condition=models.Q(("rate_milli__gte", 1)), name="channel_sender_rate_given"
            ),
        ),
        migrations.AddIndex(
            model_name="contacthold",
            index=models.Index(
                fields=["lender", "borrower", "placed_at"], name="contact_hol_lender__049973_idx"
            ),
        ),
        migrations.AddIndex(
            model_name="contactpreference",
            index=models.Index(
                fields=["lender", "borrower", "granted_at"], name="contact_pre_lender__0f304c_idx"
            ),
        ),
        migrations.AddConstraint(
            model_name="contactpreference",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("withdrawn_at__isnull", True),
                    ("withdrawn_at__gte", models.F("granted_at")),
                    _connector="OR",
                ),
                name="contact_preference_withdrawn_after",
            ),
        ),
        migrations.AddIndex(
            model_name="inboundmessage",
            index=models.Index(
                fields=["lender", "borrower", "received_at"], name="inbound_mes_lender__fc6c45_idx"
            ),
        ),
        migrations.AddConstraint(
            model_name="inboundmessage",
            constraint=models.UniqueConstraint(
                fields=("sender", "channel_id"), name="inbound_message_once"
            ),
        ),
        migrations.AddIndex(
            model_name="channelreceipt",
            index=models.Index(fields=["lender", "received_at"], name="channel_receipt_newest"),
        ),
        migrations.AddConstraint(
            model_name="channelreceipt",
            constraint=models.UniqueConstraint(
                fields=("sender", "channel_id", "status"), name="channel_receipt_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="messagepart",
            constraint=models.UniqueConstraint(
                fields=("sender", "channel_id"), name="message_part_id_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="messagetemplate",
            constraint=models.UniqueConstraint(
                fields=("lender", "name", "language", "version"), name="message_template_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="messagetemplate",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "approved")),
                fields=("lender", "name", "language"),
                name="message_template_one_approved",
            ),
        ),
        migrations.AddConstraint(
            model_name="messagetemplate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["draft", "submitted", "approved", "returned", "retired"])
                ),
                name="message_template_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="messagetemplate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["approved", "returned"]), _negated=True),
                    models.Q(
                        ("decided_by__isnull", False),
                        models.Q(("decided_by", models.F("added_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="message_template_two_people",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("state", "queued")),
                fields=["sender", "priority", "send_from"],
                name="message_waiting",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("state__in", ["claimed", "sending", "in_doubt"])),
                fields=["sender", "lease_until"],
                name="message_under_way",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["lender", "address_ref", "reference"], name="message_echo"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["borrower", "queued_at"], name="message_of_borrower"),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.UniqueConstraint(
                fields=("lender", "idempotency_key"), name="message_key_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        ["queued", "claimed", "sending", "done", "in_doubt", "dead", "cancelled"],
                    )
                ),
                name="message_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(("reference__gte", 1), ("reference__lte", 65535)),
                name="message_reference_two_bytes",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(("send_until__gt", models.F("send_from"))),
                name="message_window_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["claimed", "sending"]), _negated=True),
                    models.Q(
                        ("lease_until__isnull", False), models.Q(("worker", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="message_leased_while_under_way",
            ),
        ),
    ]
