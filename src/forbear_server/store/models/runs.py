"""One nightly run of one lender: its stages as they pass, and the tail of its log."""

from __future__ import annotations

import uuid

from django.db import models

from forbear_server.store.models.lenders import Lender


class Run(models.Model):
    class State(models.TextChoices):
        PENDING = "pending"
        RUNNING = "running"
        FINISHED = "finished"
        FAILED = "failed"
        PAUSED = "paused"

    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    lender = models.ForeignKey(Lender, on_delete=models.PROTECT)
    business_date = models.DateField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.PENDING)
    seed = models.BigIntegerField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    # Set by whoever asks for a pause; the run obeys between two stages.
    pause_asked = models.BooleanField(default=False)
    manifest = models.JSONField(default=dict)
    manifest_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        db_table = "run"
        ordering = ["-business_date"]
        constraints = [
            models.UniqueConstraint(fields=["lender", "business_date"], name="run_once_a_day"),
            models.CheckConstraint(
                condition=models.Q(
                    state__in=["pending", "running", "finished", "failed", "paused"]
                ),
                name="run_state_known",
            ),
        ]

    def __str__(self) -> str:
        return f"run of {self.business_date}"


class RunStage(models.Model):
    class State(models.TextChoices):
        PENDING = "pending"
        RUNNING = "running"
        FINISHED = "finished"
        FAILED = "failed"

    lender = models.ForeignKey(Lender, on_delete=models.PROTECT)
    # A stage is a part of its run.
    run = models.ForeignKey(Run, on_delete=models.CASCADE)
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=16)
    state = models.CharField(max_length=12, choices=State.choices, default=State.PENDING)
    shards_done = models.PositiveIntegerField(default=0)
    shards_total = models.PositiveIntegerField(default=1)
    rows = models.BigIntegerField(default=0)
    seconds = models.DecimalField(max_digits=12, decimal_places=3, default=0)
    input_digest = models.CharField(max_length=64, blank=True)
    output_digest = models.CharField(max_length=64, blank=True)
    retries = models.PositiveSmallIntegerField(default=0)
    failure = models.TextField(blank=True)

    class Meta:
        db_table = "run_stage"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["run", "name"], name="run_stage_once"),
            models.CheckConstraint(
                condition=models.Q(shards_done__lte=models.F("shards_total")),
                name="run_stage_shards_add_up",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RunLogLine(models.Model):
    lender = models.ForeignKey(Lender, on_delete=models.PROTECT)
    # Lines are a part of their run.
    run = models.ForeignKey(Run, on_delete=models.CASCADE)
    at = models.DateTimeField()
    level = models.CharField(max_length=8)
    stage = models.CharField(max_length=16, blank=True)
    text = models.TextField()

    class Meta:
        db_table = "run_log_line"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text
