"""A finished day started again: it stays as it is, whatever came in since."""

from __future__ import annotations

from pathlib import Path

import pytest

from forbear.intake.presets.catalogue import preset
from forbear.intake.reports import Outcome, TapeKind
from forbear_server.jobs.nightly import run_nightly
from forbear_server.services.import_acceptance import import_for_lender
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import Run, WorklistItem
from server.conftest import NOW
from server.desk import BUSINESS_DATE, import_small_tape, run_the_night
from server.evidence import recorded

pytestmark = pytest.mark.django_db
PAID = (
    "loan_id,payment_id,effective_on,amount_minor,kind,reverses\nL-1,P-9,2026-11-19,100,payment,\n"
)


def test_a_finished_day_stays_finished_after_a_new_tape(qinghe: int, fresh_data_dir: Path) -> None:
    import_small_tape(fresh_data_dir)
    run_the_night()
    with lender_scope(qinghe):
        before = list(WorklistItem.objects.order_by("pk").values())
    folder = fresh_data_dir / "later"
    folder.mkdir()
    (folder / "payments.csv").write_text(PAID, encoding="utf-8")
    report = import_for_lender(
        lender_code="qinghe",
        source=folder,
        mapping=preset("forbear"),
        kind=TapeKind.FINANCIAL,
        business_date=BUSINESS_DATE,
        now=NOW,
    )
    assert report.outcome is Outcome.TAKEN
    outcome = run_nightly(
        lender_code="qinghe", business_date=BUSINESS_DATE, at=NOW, clock=lambda: NOW, capacity=60
    )
    assert outcome.state == "finished"
    with lender_scope(qinghe):
        assert list(WorklistItem.objects.order_by("pk").values()) == before
        assert [run.state for run in Run.objects.all()] == ["finished"]
    assert "run.failed" not in recorded(qinghe)
