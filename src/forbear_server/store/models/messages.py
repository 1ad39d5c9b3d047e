"""The outbox: each message to a borrower, from the decision to the channel's last word on it."""

from __future__ import annotations

import uuid

from django.db import models

from forbear_server.store.models.borrowers import Borrower
from forbear_server.store.models.channels import ChannelSender
from forbear_server.store.models.lenders import Lender
from forbear_server.store.models.message_templates import MessageTemplate
from forbear_server.store.models.permits import PermitRequest
from forbear_server.store.models.users import User

STATES = ["queued", "claimed", "sending", "done", "in_doubt", "dead", "cancelled"]


class Message(models.Model):
    """`queued → claimed → sending → done | in_doubt | dead`, or `cancelled`."""

    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # A row changes four times on its way, and each change is written into every index: only those
    # that something is looked up by.
    lender = models.ForeignKey(Lender, on_delete=models.PROTECT, db_index=False)
    # Goes with the person: it is their letter.
    borrower = models.ForeignKey(Borrower, on_delete=models.CASCADE, db_index=False)
    # One permit, one message. Goes with it when the person is erased.
    permit = models.OneToOneField(PermitRequest, on_delete=models.CASCADE)
    sender = models.ForeignKey(ChannelSender, on_delete=models.PROTECT, db_index=False)
    template = models.ForeignKey(MessageTemplate, on_delete=models.PROTECT, null=True, blank=True)
    channel = models.CharField(max_length=32)
    loan_ref = models.CharField(max_length=64, blank=True)
    purpose = models.CharField(max_length=64)
    language = models.CharField(max_length=16)
    # Sealed with field "message.<name>" and row "<lender id>:<uuid>".
    text_sealed = models.TextField()
    subject_sealed = models.TextField(blank=True)
    address_sealed = models.TextField()
    address_ref = models.CharField(max_length=64)
    # Echoed by channels that can: finds a message whose channel id was never seen.
    reference = models.PositiveIntegerField()
    priority = models.PositiveSmallIntegerField(default=5)
    send_from = models.DateTimeField()
    send_until = models.DateTimeField()
    # The channel said "not now": left alone until then.
    not_before = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=16, default="queued")
    reason = models.CharField(max_length=64, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    worker = models.CharField(max_length=64, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    idempotency_key = models.CharField(max_length=64)
    queued_at = models.DateTimeField()
    queued_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    sending_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    # Empty until a receipt says delivered or undelivered.
    delivery = models.CharField(max_length=16, blank=True)
    delivery_at = models.DateTimeField(null=True, blank=True)
    delivery_reason = models.CharField(max_length=64, blank=True)

    class Meta:
        db_table = "message"
        indexes = [
            models.Index(
                fields=["sender", "priority", "send_from"],
                condition=models.Q(state="queued"),
                name="message_waiting",
            ),
            models.Index(
                fields=["sender", "lease_until"],
                condition=models.Q(state__in=["claimed", "sending", "in_doubt"]),
                name="message_under_way",
            ),
            models.Index(fields=["lender", "address_ref", "reference"], name="message_echo"),
            models.Index(fields=["borrower", "queued_at"], name="message_of_borrower"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["lender", "idempotency_key"], name="message_key_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=STATES), name="message_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(reference__gte=1, reference__lte=0xFFFF),
                name="message_reference_two_bytes",
            ),
            models.CheckConstraint(
                condition=models.Q(send_until__gt=models.F("send_from")),
                name="message_window_open",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["claimed", "sending"])
                | (models.Q(lease_until__isnull=False) & ~models.Q(worker="")),
                name="message_leased_while_under_way",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.uuid} {self.state}"


class MessagePart(models.Model):
    """The channel's own id of one part of a message it took, and its last word about it."""

    lender = models.ForeignKey(Lender, on_delete=models.PROTECT, db_index=False)
    message = models.ForeignKey(Message, on_delete=models.CASCADE)
    sender = models.ForeignKey(ChannelSender, on_delete=models.PROTECT, db_index=False)
    part = models.PositiveSmallIntegerField()
    channel_id = models.CharField(max_length=200)
    status = models.CharField(max_length=16, blank=True)

    class Meta:
        db_table = "message_part"
        constraints = [
            models.UniqueConstraint(fields=["sender", "channel_id"], name="message_part_id_once"),
        ]

    def __str__(self) -> str:
        return f"{self.channel_id} {self.status}"


class ChannelReceipt(models.Model):
    """What a channel said about one part, kept once however often it is told.

    One that fits no message we know stays without it: it is looked at, never dropped.
    """

    lender = models.ForeignKey(Lender, on_delete=models.PROTECT, db_index=False)
    sender = models.ForeignKey(ChannelSender, on_delete=models.PROTECT, db_index=False)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, null=True, blank=True)
    channel_id = models.CharField(max_length=200)
    status = models.CharField(max_length=16)
    reason = models.CharField(max_length=64, blank=True)
    # What was echoed: finds its message later, when the channel id becomes known.
    reference = models.PositiveIntegerField(null=True, blank=True)
    address_ref = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        db_table = "channel_receipt"
        indexes = [models.Index(fields=["lender", "received_at"], name="channel_receipt_newest")]
        constraints = [
            models.UniqueConstraint(
                fields=["sender", "channel_id", "status"], name="channel_receipt_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel_id} {self.status}"


class InboundMessage(models.Model):
    """What somebody sent us. It proposes; only a stop word acts by itself."""

    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    lender = models.ForeignKey(Lender, on_delete=models.PROTECT)
    sender = models.ForeignKey(ChannelSender, on_delete=models.PROTECT)
    # Nobody while the address is nobody's we know. Goes with the person.
    borrower = models.ForeignKey(Borrower, on_delete=models.CASCADE, null=True, blank=True)
    channel = models.CharField(max_length=32)
    channel_id = models.CharField(max_length=200)
    address_ref = models.CharField(max_length=64)
    # The address itself, of one that is nobody's we know: a page shows it masked. Sealed with field
    # "inbound_message.address" and the same row; empty where the borrower is known.
    address_sealed = models.TextField(blank=True)
    # Sealed with field "inbound_message.text" and row "<lender id>:<uuid>".
    text_sealed = models.TextField(blank=True)
    received_at = models.DateTimeField()
    # [{"code", "on"}]: what it seems to say, and the step proposed to a person.
    intents = models.JSONField(default=list)
    next_step = models.CharField(max_length=32, blank=True)
    # "channel" or "all" when it held stop words, which acted at once.
    opted_out = models.CharField(max_length=16, blank=True)
    handled_at = models.DateTimeField(null=True, blank=True)
    handled_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    handled_as = models.CharField(max_length=32, blank=True)

    class Meta:
        db_table = "inbound_message"
        indexes = [
            models.Index(fields=["lender", "borrower", "received_at"]),
            # Stop words of numbers nobody knew, asked for whenever a number becomes somebody's.
            models.Index(
                fields=["lender", "address_ref"],
                name="inbound_message_unclaimed",
                condition=models.Q(borrower__isnull=True) & ~models.Q(opted_out=""),
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["sender", "channel_id"], name="inbound_message_once"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.received_at}"
