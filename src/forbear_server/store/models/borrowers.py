"""The person who owes. Personal data: every column that ends in `_sealed` is encrypted."""

from __future__ import annotations

from django.db import models

from forbear_server.store.models.lenders import Lender


class Borrower(models.Model):
    lender = models.ForeignKey(Lender, on_delete=models.PROTECT)
    ref = models.CharField(max_length=64)
    # Sealed with field "borrower.<name>" and row "<lender id>:<ref>".
    name_sealed = models.TextField(blank=True)
    phone_sealed = models.TextField(blank=True)
    id_number_sealed = models.TextField(blank=True)
    address_sealed = models.TextField(blank=True)
    language = models.CharField(max_length=16, default="zh-Hans")
    # Empty: nobody verified it, so the strictest answer holds.
    time_zone = models.CharField(max_length=64, blank=True)

    class Meta:
        db_table = "borrower"
        constraints = [
            models.UniqueConstraint(fields=["lender", "ref"], name="borrower_ref_once"),
            models.CheckConstraint(condition=~models.Q(ref=""), name="borrower_ref_given"),
        ]

    def __str__(self) -> str:
        return self.ref
