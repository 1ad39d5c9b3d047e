"""Score cards, scores, behaviour events, early warnings, standings and reward policies."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0009_evidence_protected"),
    ]

    operations = [
        migrations.CreateModel(
            name="ScoreCard",
            fields=[
                (
                    "uuid",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=64)),
                ("version", models.PositiveIntegerField()),
                ("recipe", models.CharField(max_length=32)),
                ("text", models.TextField()),
                ("digest", models.CharField(max_length=64)),
                ("is_simulated", models.BooleanField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("submitted", "Submitted"),
                            ("approved", "Approved"),
                            ("returned", "Returned"),
                            ("retired", "Retired"),
                        ],
                        default="draft",
                        max_length=16,
                    ),
                ),
                (
                    "part",
                    models.CharField(
                        choices=[("champion", "Champion"), ("challenger", "Challenger")],
                        default="challenger",
                        max_length=16,
                    ),
                ),
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
                "db_table": "score_card",
                "ordering": ["recipe", "name", "-version"],
            },
        ),
        migrations.CreateModel(
            name="LoanScore",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("loan_ref", models.CharField(max_length=64)),
                ("as_of", models.DateField()),
                ("scored_at", models.DateTimeField()),
                ("points", models.IntegerField()),
                ("ppm", models.PositiveIntegerField()),
                ("points_before", models.IntegerField(blank=True, null=True)),
                ("facts", models.JSONField(default=dict)),
                ("cause", models.CharField(max_length=16)),
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
                    "score_card",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="store.scorecard"
                    ),
                ),
            ],
            options={
                "db_table": "loan_score",
            },
        ),
        migrations.CreateModel(
            name="EarlyWarning",
            fields=[
                (
                    "uuid",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("loan_ref", models.CharField(max_length=64)),
                ("raised_at", models.DateTimeField()),
                ("business_date", models.DateField()),
                ("cause", models.CharField(max_length=16)),
                ("points", models.IntegerField()),
                ("points_before", models.IntegerField(blank=True, null=True)),
                ("ppm", models.PositiveIntegerField()),
                ("reasons", models.JSONField(default=list)),
                ("helps", models.JSONField(default=list)),
                ("grounds", models.JSONField(default=list)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("helped", "Helped"),
                            ("dismissed", "Dismissed"),
                            ("lapsed", "Lapsed"),
                        ],
                        default="open",
                        max_length=16,
                    ),
                ),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("closing_word", models.CharField(blank=True, max_length=32)),
                (
                    "borrower",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="store.borrower"
                    ),
                ),
                (
                    "closed_by",
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
                    "score_card",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="store.scorecard"
                    ),
                ),
            ],
            options={
                "db_table": "early_warning",
            },
        ),
        migrations.CreateModel(
            name="Standing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("as_of", models.DateField()),
                ("points", models.PositiveSmallIntegerField()),
                ("tier", models.CharField(max_length=32)),
                ("reasons", models.JSONField(default=dict)),
                ("rules_version", models.CharField(max_length=32)),
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
                "db_table": "standing",
            },
        ),
        migrations.CreateModel(
            name="StandingAppeal",
            fields=[
                (
                    "uuid",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("loan_ref", models.CharField(max_length=64)),
                ("due_on", models.DateField()),
                ("reason", models.CharField(max_length=32)),
                ("received_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("received", "Received"),
                            ("upheld", "Upheld"),
                            ("refused", "Refused"),
                        ],
                        default="received",
                        max_length=16,
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "borrower",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="store.borrower"
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
                    "received_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.user",
                    ),
                ),
            ],
            options={
                "db_table": "standing_appeal",
            },
        ),
        migrations.CreateModel(
            name="BehaviourEvent",
            fields=[
                (
                    "uuid",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("loan_ref", models.CharField(max_length=64)),
                ("kind", models.CharField(max_length=24)),
                ("happened_on", models.DateField()),
                ("amount_minor", models.BigIntegerField(blank=True, null=True)),
                ("reported_at", models.DateTimeField()),
                ("idempotency_key", models.CharField(max_length=64)),
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
                    "reported_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.user",
                    ),
                ),
            ],
            options={
                "db_table": "behaviour_event",
                "indexes": [
                    models.Index(
                        fields=["lender", "loan_ref", "happened_on"],
                        name="behaviour_e_lender__16dd0d_idx",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("lender", "idempotency_key"), name="behaviour_event_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "payment",
                                    "failed_debit",
                                    "promise_kept",
                                    "promise_missed",
                                    "complaint",
                                    "dispute",
                                    "dispute_decided",
                                    "hardship",
                                    "hardship_approved",
                                    "relief_ended",
                                ],
                            )
                        ),
                        name="behaviour_event_kind_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RewardPolicy",
            fields=[
                (
                    "uuid",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                ("text", models.TextField()),
                ("digest", models.CharField(max_length=64)),
                ("costs", models.JSONField(default=list)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("submitted", "Submitted"),
                            ("approved", "Approved"),
                            ("returned", "Returned"),
                            ("retired", "Retired"),
                        ],
                        default="draft",
                        max_length=16,
                    ),
                ),
                ("added_at", models.DateTimeField()),
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
            ],
            options={
                "db_table": "reward_policy",
                "ordering": ["-version"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("lender", "version"), name="reward_policy_version_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "approved")),
                        fields=("lender",),
                        name="reward_policy_one_in_force",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["draft", "submitted", "approved", "returned", "retired"])
                        ),
                        name="reward_policy_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_by", models.F("added_by")), _negated=True),
                            ("decided_by__isnull", True),
                            _connector="OR",
                        ),
                        name="reward_policy_nobody_approves_their_own",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="scorecard",
            constraint=models.UniqueConstraint(
                fields=("lender", "name", "version"), name="score_card_version_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="scorecard",
            constraint=models.UniqueConstraint(
                condition=models.Q(("part", "champion"), ("state", "approved")),
                fields=("lender", "recipe"),
                name="score_card_one_champion",
            ),
        ),
        migrations.AddConstraint(
            model_name="scorecard",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["draft", "submitted", "approved", "returned", "retired"])
                ),
                name="score_card_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="scorecard",
            constraint=models.CheckConstraint(
                condition=models.Q(("part__in", ["champion", "challenger"])),
                name="score_card_part_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="scorecard",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_by", models.F("submitted_by")), _negated=True),
                    ("decided_by__isnull", True),
                    _connector="OR",
                ),
                name="score_card_nobody_approves_their_own",
            ),
        ),
        migrations.AddConstraint(
            model_name="scorecard",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["approved", "returned", "retired"]), _negated=True),
                    ("decided_by__isnull", False),
                    _connector="OR",
                ),
                name="score_card_decided_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="loanscore",
            constraint=models.UniqueConstraint(
                fields=("lender", "loan_ref", "score_card"), name="loan_score_newest"
            ),
        ),
        migrations.AddConstraint(
            model_name="loanscore",
            constraint=models.CheckConstraint(
                condition=models.Q(("ppm__lte", 1000000)), name="loan_score_ppm_of_a_million"
            ),
        ),
        migrations.AddIndex(
            model_name="earlywarning",
            index=models.Index(
                fields=["lender", "state", "business_date"], name="early_warni_lender__39256d_idx"
            ),
        ),
        migrations.AddConstraint(
            model_name="earlywarning",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")),
                fields=("lender", "loan_ref"),
                name="early_warning_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="earlywarning",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["open", "helped", "dismissed", "lapsed"])),
                name="early_warning_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="earlywarning",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["helped", "dismissed"]), _negated=True),
                    models.Q(
                        ("closed_by__isnull", False), models.Q(("closing_word", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="early_warning_closed_with_a_word",
            ),
        ),
        migrations.AddConstraint(
            model_name="standing",
            constraint=models.UniqueConstraint(
                fields=("lender", "borrower"), name="standing_newest"
            ),
        ),
        migrations.AddConstraint(
            model_name="standing",
            constraint=models.CheckConstraint(
                condition=models.Q(("points__lte", 1000)), name="standing_of_a_thousand"
            ),
        ),
        migrations.AddConstraint(
            model_name="standingappeal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "received")),
                fields=("lender", "loan_ref", "due_on"),
                name="standing_appeal_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="standingappeal",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["received", "upheld", "refused"])),
                name="standing_appeal_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="standingappeal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_by", models.F("received_by")), _negated=True),
                    ("decided_by__isnull", True),
                    _connector="OR",
                ),
                name="standing_appeal_decided_by_another",
            ),
        ),
    ]
