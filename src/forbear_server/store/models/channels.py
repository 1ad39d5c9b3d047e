"""Senders of each channel, as the outbox sees them, and the borrower's addresses on them."""

from __future__ import annotations

from django.db import models

from forbear_server.store.models.borrowers import Borrower
from forbear_server.store.models.lenders import Lender
from forbear_server.store.models.users import User


class ChannelSender(models.Model):
    """One number, mail address or account this lender sends from."""

    lender = models.ForeignKey(Lender, on_delete=models.PROTECT)
    channel = models.CharField(max_length=32)
    sender = models.CharField(max_length=128)
    gateway = models.CharField(max_length=32)
    # Thousandths of a message a second.
    rate_milli = models.PositiveIntegerField(default=10_000)
    # Thousandths of a message that may go out now, and when that was counted: all workers share it.
    allowance_milli = models.BigIntegerField(default=0)
    allowance_at = models.DateTimeField(null=True, blank=True)
    # A person stopped it; nothing goes out until a person lets it run again.
    stopped_at = models.DateTimeField(null=True, blank=True)
    stopped_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    stopped_reason = models.CharField(max_length=200, blank=True)
    # As the last worker saw it: up, limited, down; empty while none has run.
    link = models.CharField(max_length=16, blank=True)
    link_seen_at = models.DateTimeField(null=True, blank=True)
    last_sent_at = models.DateTimeField(null=True, blank=True)
    last_receipt_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "channel_sender"
        constraints = [
            models.UniqueConstraint(
                fields=["lender", "channel", "sender"], name="channel_sender_once"
            ),
            models.CheckConstraint(
                condition=models.Q(rate_milli__gte=1), name="channel_sender_rate_given"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel}:{self.sender}"


class BorrowerAddress(models.Model):
    """One number, mail address or account of the borrower's own. Nobody else's can stand here."""

    lender = models.ForeignKey(Lender, on_delete=models.PROTECT)
    # Goes with the person: it is theirs.
    borrower = models.ForeignKey(Borrower, on_delete=models.CASCADE)
    # phone, mail, wechat, wecom, push, post
    kind = models.CharField(max_length=16)
    # Sealed with field "borrower_address.address" and row "<lender id>:<ref>".
    address_sealed = models.TextField()
    # Keyed, so that it cannot be guessed: finds who wrote to us, and stands for it elsewhere.
    ref = models.CharField(max_length=64)
    added_at = models.DateTimeField()
    # As the lender's tape gives it: a later tape that gives another one replaces it.
    is_from_book = models.BooleanField(default=False)
    # Said to be wrong, or told to be somebody else's, or replaced: never used again.
    out_of_use_at = models.DateTimeField(null=True, blank=True)
    out_of_use_reason = models.CharField(max_length=32, blank=True)

    class Meta:
        db_table = "borrower_address"
        indexes = [models.Index(fields=["lender", "ref"])]
        constraints = [
            models.UniqueConstraint(
                fields=["lender", "borrower", "ref"], name="borrower_address_once"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=["phone", "mail", "wechat", "wecom", "push", "post", "app"]
                ),
                name="borrower_address_kind_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.ref}"
