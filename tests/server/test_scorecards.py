"""Score cards on the desk and C17: two people, figures of a later time, nothing prohibited, sums."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client, override_settings

from forbear.scoring.axes import Axis
from forbear.scoring.card_texts import card_digest, card_text
from forbear.scoring.errors import ScoringRefused
from forbear_server.selectors.actors import Actor, Role
from forbear_server.selectors.lenders import find_lender
from forbear_server.selectors.scorecards import champion, list_scorecards
from forbear_server.services.scorecards import (
    add_scorecard,
    approve_scorecard,
    retire_scorecard,
    return_scorecard,
    submit_scorecard,
)
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import EvidenceEntry, ScoreCard
from server.conftest import NOW
from server.evidence import newest, recorded
from server.scores import add_card, put_in_use, warning_card

pytestmark = pytest.mark.django_db
PATH = "/console/scorecards/"


@pytest.fixture
def strategist(qinghe: int, make_actor: Callable[..., Actor]) -> Iterator[Actor]:
    with lender_scope(qinghe):
        yield make_actor("ye.qing", Role.STRATEGIST)


@pytest.fixture
def officer(strategist: Actor, make_actor: Callable[..., Actor]) -> Actor:
    return make_actor("jiang.ping", Role.COMPLIANCE)


def refused(code: str) -> Any:
    return pytest.raises(ScoringRefused, check=lambda fault: fault.code == code)


def states() -> dict[str, str]:
    with lender_scope(find_lender("qinghe").lender_id):
        return {f"{row.name}/{row.version}": f"{row.state} {row.part}" for row in list_scorecards()}


def test_a_card_goes_from_draft_to_use_by_two_people(strategist: Actor, officer: Actor) -> None:
    made = put_in_use(strategist, officer)
    in_use = champion("early_warning")
    assert in_use is not None
    assert (in_use.uuid, in_use.card) == (made, warning_card())
    assert states() == {"book-early-warning/1": "approved champion"}
    entry = newest("scorecard.approved")
    assert entry["scorecard"] == "book-early-warning/1"
    assert entry["scorecard_digest"] == card_digest(warning_card())


def test_the_same_card_again_is_the_one_already_there(strategist: Actor) -> None:
    first = add_card(strategist)
    assert add_card(strategist) == first
    assert ScoreCard.objects.count() == 1


def test_a_version_never_changes_its_content(strategist: Actor) -> None:
    add_card(strategist)
    other = warning_card(ids=("loan_id",))
    with refused("card-version-taken"):
        add_card(strategist, other)
    assert states() == {"book-early-warning/1": "draft challenger"}


def test_the_database_keeps_the_text_of_a_card(strategist: Actor) -> None:
    made = add_card(strategist)
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        ScoreCard.objects.filter(pk=made).update(text="{}")
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        ScoreCard.objects.filter(pk=made).update(digest="0" * 64)


def test_without_figures_of_a_later_time_nothing_is_submitted(strategist: Actor) -> None:
    grouped = warning_card(validation={**warning_card().validation, "kind": "grouped"})
    made = add_card(strategist, grouped)
    with refused("card-without-out-of-time"):
        submit_scorecard(actor=strategist, card_uuid=made, now=NOW)
    assert states() == {"book-early-warning/1": "draft challenger"}
    assert not EvidenceEntry.objects.filter(name="scorecard.submitted").exists()


def test_a_card_that_reads_what_no_book_tells_is_not_submitted(strategist: Actor) -> None:
    made = add_card(strategist, warning_card(preset="card-panel"))
    with refused("card-not-for-book"):
        submit_scorecard(actor=strategist, card_uuid=made, now=NOW)
    first, second = warning_card().characteristics
    other = replace(second, axes=(Axis(input="late_level_now", edges=(1.0, 3.0)),))
    made = add_card(strategist, warning_card(version=2, characteristics=(first, other)))
    with refused("card-not-for-book"):
        submit_scorecard(actor=strategist, card_uuid=made, now=NOW)
    assert set(states().values()) == {"draft challenger"}
    assert recorded(strategist.lender_id).count("scorecard.refused") == 2


def test_a_challenger_in_use_can_become_champion(strategist: Actor, officer: Actor) -> None:
    put_in_use(strategist, officer)
    made = add_card(strategist, warning_card(version=2))
    submit_scorecard(actor=strategist, card_uuid=made, now=NOW)
    for part in ("challenger", "champion"):
        approve_scorecard(
            actor=officer, card_uuid=made, part=part, note="", is_demonstration=False, now=NOW
        )
    assert states() == {
        "book-early-warning/1": "retired champion",
        "book-early-warning/2": "approved champion",
    }
    with refused("card-not-in-state"):
        approve_scorecard(
            actor=officer, card_uuid=made, part="champion", note="", is_demonstration=False, now=NOW
        )


def test_a_prohibited_characteristic_is_refused_by_name(strategist: Actor) -> None:
    card = warning_card()
    first, second = card.characteristics
    unlawful = replace(second, axes=(Axis(input="CODE_GENDER", edges=(1.0, 3.0)),))
    with pytest.raises(ScoringRefused, match="CODE_GENDER") as fault:
        add_card(strategist, replace(card, characteristics=(first, unlawful)))
    assert fault.value.code == "sensitive-column"
    assert not ScoreCard.objects.exists()


def test_nobody_approves_what_they_wrote(
    strategist: Actor, make_actor: Callable[..., Actor]
) -> None:
    made = add_card(strategist)
    submit_scorecard(actor=strategist, card_uuid=made, now=NOW)
    same_person = replace(strategist, role=Role.COMPLIANCE)
    with refused("card-own"):
        approve_scorecard(
            actor=same_person,
            card_uuid=made,
            part="champion",
            note="",
            is_demonstration=False,
            now=NOW,
        )
    with pytest.raises(DatabaseError, match="nobody_approves_their_own"), transaction.atomic():
        ScoreCard.objects.filter(pk=made).update(state="approved", decided_by_id=strategist.user_id)
    assert states() == {"book-early-warning/1": "submitted challenger"}


def test_a_second_champion_retires_the_first(strategist: Actor, officer: Actor) -> None:
    put_in_use(strategist, officer)
    put_in_use(strategist, officer, warning_card(version=2))
    assert states() == {
        "book-early-warning/1": "retired champion",
        "book-early-warning/2": "approved champion",
    }
    assert newest("scorecard.retired")["scorecard"] == "book-early-warning/1"


def test_invented_people_teach_no_card_for_real_ones(strategist: Actor, officer: Actor) -> None:
    made = add_card(strategist, warning_card(simulated=True))
    submit_scorecard(actor=strategist, card_uuid=made, now=NOW)

    def approve(*, is_demonstration: bool) -> None:
        approve_scorecard(
            actor=officer,
            card_uuid=made,
            part="champion",
            note="",
            is_demonstration=is_demonstration,
            now=NOW,
        )

    with refused("card-simulated"):
        approve(is_demonstration=False)
    assert states() == {"book-early-warning/1": "submitted challenger"}
    approve(is_demonstration=True)
    assert states() == {"book-early-warning/1": "approved champion"}


def test_a_card_is_returned_only_with_a_reason(strategist: Actor, officer: Actor) -> None:
    made = add_card(strategist)
    submit_scorecard(actor=strategist, card_uuid=made, now=NOW)
    with refused("card-note-missing"):
        return_scorecard(actor=officer, card_uuid=made, note=" ", now=NOW)
    return_scorecard(actor=officer, card_uuid=made, note="too few events", now=NOW)
    assert states() == {"book-early-warning/1": "returned challenger"}
    with refused("card-not-in-state"):
        retire_scorecard(actor=officer, card_uuid=made, note="", now=NOW)


@pytest.mark.parametrize("role", [Role.LEAD, Role.COMPLIANCE, Role.COLLECTOR])
def test_only_strategists_add_cards(
    strategist: Actor, make_actor: Callable[..., Actor], role: Role
) -> None:
    with refused("card-role-missing"):
        add_scorecard(actor=make_actor("x.y", role), text=card_text(warning_card()), now=NOW)
    assert not ScoreCard.objects.exists()


def test_signed_out_and_wrong_roles_see_no_card(
    strategist: Actor, signed_in: Callable[..., Client]
) -> None:
    made = add_card(strategist)
    for path in ("", f"{made}/", f"{made}/card.json", f"{made}/model-card/"):
        assert Client().get(PATH + path).status_code == 401
    for role in (Role.COLLECTOR, Role.COMPLAINTS, Role.ADMIN):
        client = signed_in(role)
        for path in ("", f"{made}/", f"{made}/card.json", f"{made}/model-card/"):
            assert client.get(PATH + path).status_code == 403
        assert client.post(f"{PATH}{made}/submit/").status_code == 403
    lead = signed_in(Role.LEAD)
    assert lead.get(f"{PATH}{made}/").status_code == 200
    assert lead.post(f"{PATH}{made}/submit/").status_code == 403
    assert states() == {"book-early-warning/1": "draft challenger"}


def test_another_lenders_card_is_as_if_absent(
    strategist: Actor, other_lender: int, signed_in: Callable[..., Client]
) -> None:
    made = add_card(strategist)
    client = signed_in(Role.COMPLIANCE, lender_id=other_lender)
    assert "book-early-warning" not in client.get(PATH).content.decode()
    for path in (f"{made}/", f"{made}/card.json", f"{made}/model-card/", f"{uuid4()}/"):
        assert client.get(PATH + path).status_code == 404
    assert client.post(f"{PATH}{made}/approve/", {"part": "champion"}).status_code == 404


def test_the_page_has_its_seven_sections_and_both_languages(
    strategist: Actor, signed_in: Callable[..., Client]
) -> None:
    made = add_card(strategist)
    client = signed_in(Role.COMPLIANCE)
    shown = client.get(f"{PATH}{made}/").content.decode()
    for section in (
        "points",
        "reasons",
        "figures",
        "calibration",
        "stability",
        "fairness",
        "trial",
    ):
        assert f'data-testid="C17-{section}"' in shown
    assert "0.801" in shown and "0.752 – 0.849" in shown
    assert "不稳定（≥ 0.25）" in shown
    assert "样本不足" in shown  # the group of twelve
    client.cookies["forbear_language"] = "en"
    assert "Days past due now" in client.get(f"{PATH}{made}/").content.decode()


def points_of(page: str) -> tuple[list[int], int]:
    parts = [int(text.replace(",", "")) for text in re.findall(r"data-points>([-\d,]+)<", page)]
    total = re.search(r'C17-trial-points">([\d,]+)<', page)
    assert total is not None
    return parts, int(total[1].replace(",", ""))


def test_points_of_the_trial_add_up_to_the_score(
    strategist: Actor, signed_in: Callable[..., Client]
) -> None:
    made = add_card(strategist)
    client = signed_in(Role.STRATEGIST, username="another")
    page = client.get(f"{PATH}{made}/", {"x0": "12", "x1": "1"}).content.decode()
    assert points_of(page) == ([800, -120, -25], 655)
    fragment = client.get(
        f"{PATH}{made}/",
        {"x0": "", "x1": "0"},
        headers={"HX-Request": "true", "HX-Target": "trial-outcome"},
    ).content.decode()
    assert points_of(fragment) == ([800, -30, 0], 770)
    assert "<html" not in fragment
    assert "6.00%" in client.get(f"{PATH}{made}/", {"x0": "0", "x1": "1"}).content.decode()


def test_a_word_for_a_number_is_told_and_counts_as_missing(
    strategist: Actor, signed_in: Callable[..., Client]
) -> None:
    made = add_card(strategist)
    page = signed_in(Role.LEAD).get(f"{PATH}{made}/", {"x0": "many"}).content.decode()
    assert "请输入数字：days_past_due" in page


def test_the_whole_way_on_the_page(
    strategist: Actor, signed_in: Callable[..., Client], officer: Actor
) -> None:
    writer, approver = signed_in(Role.STRATEGIST, username="w"), signed_in(Role.COMPLIANCE)
    card = SimpleUploadedFile("card.json", card_text(warning_card()).encode())
    made = writer.post(f"{PATH}add/", {"file": card}).headers["Location"]
    assert 'data-testid="C17-moves"' not in approver.get(made).content.decode()
    assert writer.post(f"{made}submit/").status_code == 302
    assert writer.post(f"{made}approve/", {"part": "champion"}).status_code == 409
    assert states() == {"book-early-warning/1": "submitted challenger"}
    assert approver.post(f"{made}approve/", {"part": "champion"}).status_code == 302
    assert states() == {"book-early-warning/1": "approved champion"}
    answer = approver.get(f"{made}card.json")
    assert answer.content.decode() == card_text(warning_card())


def test_a_refused_upload_keeps_nothing_and_is_recorded(
    strategist: Actor, signed_in: Callable[..., Client]
) -> None:
    client = signed_in(Role.STRATEGIST, username="w")
    for content, status in ((b"{}", 422), (b"\xff\xfe", 422)):
        answer = client.post(f"{PATH}add/", {"file": SimpleUploadedFile("c.json", content)})
        assert answer.status_code == status
    assert client.post(f"{PATH}add/").status_code == 422
    assert states() == {}
    assert recorded(strategist.lender_id) == ["lender.registered", "scorecard.refused"]


@override_settings(DEMO=False)
def test_a_refused_approval_shows_why(
    strategist: Actor, officer: Actor, signed_in: Callable[..., Client]
) -> None:
    made: UUID = add_card(strategist, warning_card(simulated=True))
    submit_scorecard(actor=strategist, card_uuid=made, now=NOW)
    answer = signed_in(Role.COMPLIANCE).post(f"{PATH}{made}/approve/", {"part": "champion"})
    assert answer.status_code == 409
    assert 'data-testid="refusal-card"' in answer.content.decode()
    assert "用虚构数据训练的评分卡不能给真实的人评分" in answer.content.decode()
    assert states() == {"book-early-warning/1": "submitted challenger"}
