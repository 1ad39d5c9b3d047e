"""The log's own rows: what waits for its place, which place it got, every signed head.

They hold only what the log publishes (no lender, no personal data), so no row-level security
stands on them. From `log_leaf` the whole tree of tiles can be written again.
"""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Length

models.BinaryField.register_lookup(Length)
_FITS = models.Q(canonical__length__lte=1024)


class LogQueueItem(models.Model):
    """An entry of the same transaction as what it records, waiting for the sequencer."""

    entry_id = models.BigIntegerField(primary_key=True)
    uuid = models.UUIDField(unique=True)
    canonical = models.BinaryField()

    class Meta:
        db_table = "log_queue"
        constraints = [models.CheckConstraint(condition=_FITS, name="log_queue_entry_fits")]

    def __str__(self) -> str:
        return str(self.uuid)


class LogLeaf(models.Model):
    """The place an entry got. Never changed, never taken away."""

    leaf_index = models.BigIntegerField(primary_key=True)
    uuid = models.UUIDField(unique=True)
    canonical = models.BinaryField()

    class Meta:
        db_table = "log_leaf"
        constraints = [models.CheckConstraint(condition=_FITS, name="log_leaf_entry_fits")]

    def __str__(self) -> str:
        return f"{self.leaf_index} {self.uuid}"


class LogHead(models.Model):
    """A head the log signed, kept before it was published: one for each size, for ever."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField()
    # The signed checkpoint as it was published.
    note = models.TextField()
    signed_at = models.DateTimeField()

    class Meta:
        db_table = "log_head"

    def __str__(self) -> str:
        return f"{self.size} {bytes(self.root).hex()[:16]}"


class LogState(models.Model):
    """How the sequencer stands: one row. A log that cannot be written stops every new permit."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    origin = models.CharField(max_length=200)
    # Why nothing can be added; empty while all is well.
    trouble = models.TextField(blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "log_state"
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="log_state_one_row")]

    def __str__(self) -> str:
        return f"{self.origin} {self.trouble[:40]}"


class RulebookArchive(models.Model):
    """The law books as they were under a version, so that an old decision can be made again."""

    version = models.CharField(max_length=64, primary_key=True)
    # A compressed tar of the folder `rulebooks`, and its SHA-256 as logged.
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    kept_at = models.DateTimeField()

    class Meta:
        db_table = "rulebook_archive"

    def __str__(self) -> str:
        return self.version
