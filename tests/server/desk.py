"""A small desk: four borrowers of one lender, imported and run through a night like anybody's.

As of 2026-11-20: B-1 is 37 days past due and may be called; B-2 is 10 days past due in an unknown
time zone; B-3 pays on time; B-4 is 20 days past due and was called three times today.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from forbear.intake.presets.catalogue import preset
from forbear.intake.reports import ImportReport, TapeKind
from forbear_server.jobs.nightly import run_nightly
from forbear_server.services.import_acceptance import import_for_lender
from forbear_server.store.models import Borrower, Run, WorklistItem
from server.conftest import NOW

BUSINESS_DATE = date(2026, 11, 20)
TAPE = {
    "borrowers.csv": """borrower_id,time_zone,language,name,phone,id_number,address
B-1,Asia/Shanghai,zh-Hans,林小满,19900000231,990278198806090126,禾安市石门区禾穗大道384号
B-2,,zh-Hans,周宁,19900000232,990278198806090127,禾安市石门区禾穗大道385号
B-3,Asia/Shanghai,zh-Hans,何川,19900000233,990278198806090128,禾安市石门区禾穗大道386号
B-4,Asia/Shanghai,zh-Hans,赵启明,19900000234,990278198806090129,禾安市石门区禾穗大道387号
""",
    "loans.csv": """loan_id,borrower_id,product,currency,principal_minor,disbursed_on,method,interest_rate_annual,penalty_rate_annual,day_count,settled_on,written_off_on,recalled_on
L-1,B-1,易分期,CNY,285000,2026-09-14,given,0.12,0.18,actual/360,,,
L-2,B-2,易分期,CNY,100000,2026-10-10,given,0.12,,actual/360,,,
L-3,B-3,易分期,CNY,100000,2026-10-10,given,0.12,,actual/360,,,
L-4,B-4,易分期,CNY,100000,2026-09-30,given,0.12,,actual/360,,,
""",
    "instalments.csv": """loan_id,seq,due_on,principal_minor,interest_minor,fees_minor,penalty_minor
L-1,1,2026-10-14,95000,8650,0,0
L-1,2,2026-11-14,95000,8650,0,0
L-1,3,2026-12-14,95000,8650,0,0
L-2,1,2026-11-10,100000,1000,0,0
L-3,1,2026-12-10,100000,1000,0,0
L-4,1,2026-10-31,100000,1000,0,0
""",
    "payments.csv": """loan_id,payment_id,effective_on,amount_minor,kind,reverses
L-4,P-1,2026-11-02,1000,payment,
""",
    "contact_attempts.csv": """borrower_id,attempt_id,attempted_at,channel,number_ref,outcome,actor
B-4,A-1,2026-11-20T08:30:00+08:00,voice_interactive,n1,connected,in_house
B-4,A-2,2026-11-20T09:00:00+08:00,voice_interactive,n1,connected,in_house
B-4,A-3,2026-11-20T09:30:00+08:00,voice_interactive,n1,connected,in_house
""",
}


def import_small_tape(
    data_dir: Path, lender_code: str = "qinghe", *, more: Mapping[str, str] | None = None
) -> ImportReport:
    """The desk's tape; `more` are lines below those of a file."""
    folder = data_dir / f"tape-{lender_code}"
    folder.mkdir(exist_ok=True)
    for name, text in TAPE.items():
        (folder / name).write_text(text + (more or {}).get(name, ""), encoding="utf-8")
    return import_for_lender(
        lender_code=lender_code,
        source=folder,
        mapping=preset("forbear"),
        kind=TapeKind.NEW,
        business_date=BUSINESS_DATE,
        now=NOW,
    )


def run_the_night(lender_code: str = "qinghe") -> None:
    run_nightly(
        lender_code=lender_code,
        business_date=BUSINESS_DATE,
        at=NOW,
        clock=lambda: NOW,
        capacity=60,
    )


def put_on_worklist(lender_id: int, *refs: str) -> None:
    """Lines of today for these borrowers, as a night writes them: for tests that need no night."""
    run = Run.objects.create(
        lender_id=lender_id,
        business_date=BUSINESS_DATE,
        state=Run.State.FINISHED,
        seed=1,
    )
    for rank, borrower in enumerate(Borrower.objects.filter(ref__in=refs).order_by("ref")):
        WorklistItem.objects.create(
            lender_id=lender_id,
            run=run,
            business_date=BUSINESS_DATE,
            borrower=borrower,
            rank=rank,
            action="call",
            days_past_due=10,
            bucket="M1",
            arrears_minor=1,
            outstanding_minor=1,
            currency="CNY",
            verdict="allowed",
        )
