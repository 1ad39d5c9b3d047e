"""One credit agreement as the desk knows it: whose it is. Its numbers live in the book."""

from __future__ import annotations

from django.db import models

from forbear_server.store.models.borrowers import Borrower
from forbear_server.store.models.lenders import Lender


class Loan(models.Model):
    lender = models.ForeignKey(Lender, on_delete=models.PROTECT)
    ref = models.CharField(max_length=64)
    borrower = models.ForeignKey(Borrower, on_delete=models.PROTECT)
    product = models.CharField(max_length=64, blank=True)

    class Meta:
        db_table = "loan"
        constraints = [
            models.UniqueConstraint(fields=["lender", "ref"], name="loan_ref_once"),
            models.CheckConstraint(condition=~models.Q(ref=""), name="loan_ref_given"),
        ]

    def __str__(self) -> str:
        return self.ref
