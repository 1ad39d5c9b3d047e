"""The borrower's own addresses on each channel: those in use, opened only to send."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from forbear.contact.channels import Channel
from forbear_server.store.models import Borrower, BorrowerAddress
from forbear_server.store.sealing import unseal

FIELD = "borrower_address.address"
# Which kind of address each channel needs. A visit has none here: it goes to no inbox.
KIND_OF: dict[Channel, str] = {
    Channel.SMS: "phone",
    Channel.VOICE_INTERACTIVE: "phone",
    Channel.VOICE_NOTICE_AI: "phone",
    Channel.MAIL: "mail",
    Channel.WECHAT: "wechat",
    Channel.APP: "push",
    Channel.LETTER: "post",
}


@dataclass(frozen=True, slots=True)
class Address:
    """One address in use; `sealed` opens for its borrower's row only."""

    borrower_id: int
    word: str
    sealed: str
    row: str

    def opened(self) -> str:
        return unseal(self.sealed, field=FIELD, row=self.row)


def addresses_in_use(borrower_ids: Sequence[int], kind: str) -> dict[int, Address]:
    """The newest address of a kind that is not out of use, by borrower."""
    rows = BorrowerAddress.objects.filter(
        borrower_id__in=borrower_ids, kind=kind, out_of_use_at__isnull=True
    ).select_related("borrower")
    return {
        row.borrower_id: Address(
            row.borrower_id, row.ref, row.address_sealed, sealed_row(row.borrower)
        )
        for row in rows.order_by("added_at", "pk")
    }


def owners_of(word: str) -> list[int]:
    """Everybody whose address this is: one telephone may be a couple's."""
    rows = BorrowerAddress.objects.filter(ref=word).order_by("borrower_id")
    return list(rows.values_list("borrower_id", flat=True).distinct())


def sealed_row(borrower: Borrower) -> str:
    return f"{borrower.lender_id}:{borrower.ref}"
