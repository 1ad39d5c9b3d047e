"""The night keeps what was asked for on the desk: the same holds and opt-outs as at the gate."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from forbear.contact.channels import Channel
from forbear.contact.permission import ContactRequest
from forbear.contact.preferences import HoldKind, PreferenceKind
from forbear_server.selectors.actors import Actor, Role
from forbear_server.selectors.books import run_folder
from forbear_server.services.gate import may_contact_on
from forbear_server.services.preference_rows import Statement
from forbear_server.services.preferences import give_preference, place_hold
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import WorklistItem
from server.conftest import NOW
from server.desk import BUSINESS_DATE, import_small_tape, run_the_night

pytestmark = pytest.mark.django_db
BEFORE = NOW - timedelta(days=1)


@pytest.fixture
def officer(qinghe: int, make_actor: Callable[..., Actor], fresh_data_dir: Path) -> Actor:
    import_small_tape(fresh_data_dir)
    return make_actor("jiang.ping", Role.COMPLIANCE)


def say(officer: Actor, ref: str, kind: PreferenceKind, **more: object) -> None:
    said = Statement(kind=kind, source="collector", words="说过", **more)  # type: ignore[arg-type]
    give_preference(actor=officer, borrower_ref=ref, said=said, now=BEFORE)


def night_mask() -> dict[tuple[str, str], tuple[str, list[str]]]:
    rows = run_folder("qinghe", BUSINESS_DATE).rows("gate").collect()
    told = rows.select("borrower_id", "channel", "ruling", "rule_ids").rows()
    return {(ref, channel): (ruling, sorted(ids)) for ref, channel, ruling, ids in told}


def test_the_nights_mask_says_what_the_gate_says_of_holds_opt_outs_and_stops(
    officer: Actor,
) -> None:
    with lender_scope(officer.lender_id):
        place_hold(
            actor=officer,
            borrower_ref="B-1",
            kind=HoldKind.COMPLAINT,
            source="collector",
            now=BEFORE,
        )
        say(officer, "B-2", PreferenceKind.CHANNEL_OPT_OUT, channel=Channel.SMS)
        say(officer, "B-4", PreferenceKind.CONTACT_STOPPED)
    run_the_night()
    mask = night_mask()
    own = {"POLICY-HOLD", "POLICY-OPTED-OUT", "POLICY-CONTACT-STOPPED"}
    with lender_scope(officer.lender_id):
        for ref in ("B-1", "B-2", "B-4"):
            answers = may_contact_on(
                actor=officer,
                borrower_ref=ref,
                asked=ContactRequest(channel=Channel.SMS),
                channels=tuple(Channel),
                at=NOW,
            )
            for channel, answer in answers.items():
                grounds = {ground.rule_id for ground in answer.judgement.grounds}
                ruling, ids = mask[ref, channel.value]
                assert set(ids) & own == grounds & own, (ref, channel)
                if grounds & own:
                    assert ruling == "refused"
    assert mask["B-1", "sms"] == ("refused", ["POLICY-HOLD"])
    assert "POLICY-OPTED-OUT" in mask["B-2", "sms"][1]
    assert "POLICY-OPTED-OUT" not in mask["B-2", "mail"][1]
    assert "POLICY-CONTACT-STOPPED" in mask["B-4", "letter"][1]


def test_a_held_borrower_is_seen_as_hindered_and_not_as_work(officer: Actor) -> None:
    with lender_scope(officer.lender_id):
        place_hold(
            actor=officer, borrower_ref="B-1", kind=HoldKind.DISPUTE, source="collector",
            loan_ref="L-1", now=BEFORE,
        )  # fmt: skip
    run_the_night()
    folder = run_folder("qinghe", BUSINESS_DATE)
    made = folder.rows("assign").filter(pl.col("borrower_id") == "B-1").collect().to_dicts()[0]
    assert (made["action"], made["rank"], made["rule_ids"]) == ("watch", None, ["POLICY-HOLD"])
    assert {"rule_ids": "POLICY-HOLD", "borrowers": 1} in folder.report("plan")["refusals"]
    with lender_scope(officer.lender_id):
        line = WorklistItem.objects.get(borrower__ref="B-1")
        assert line.action == "watch"


def test_the_desks_statements_stand_in_the_runs_export(officer: Actor) -> None:
    with lender_scope(officer.lender_id):
        say(officer, "B-1", PreferenceKind.AGREED_HOURS, from_minute=540, until_minute=840)
        say(officer, "B-1", PreferenceKind.INCONVENIENT_HOURS, from_minute=480, until_minute=720)
        say(officer, "B-1", PreferenceKind.LANGUAGE, language="en")
    run_the_night()
    folder = run_folder("qinghe", BUSINESS_DATE)
    consents = pl.read_parquet(folder.file("export", "consents"))
    stated = pl.read_parquet(folder.file("export", "preferences"))
    assert consents.select("borrower_id", "kind", "from_minute", "until_minute").rows() == [
        ("B-1", "agreed_hours", 540, 840)
    ]
    assert stated.select("borrower_id", "kind", "channel", "from_minute").rows() == [
        ("B-1", "inconvenient_hours", None, 480)
    ]
    rows = folder.rows("gate").filter(
        (pl.col("borrower_id") == "B-1") & (pl.col("channel") == "sms")
    )
    # inside the agreed hours, after the inconvenient ones
    window = rows.collect().select("permitted_from_minute", "permitted_until_minute").rows()
    assert window == [(720, 840)]
