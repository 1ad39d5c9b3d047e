"""C04 and C02: a night is seen through, started once, and reported as it was."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from django.test import Client

from forbear_server.selectors.actors import Role
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import Run
from server.desk import import_small_tape, run_the_night
from server.evidence import recorded

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
DAY = "2026-11-20"


@pytest.fixture
def night(qinghe: int, fresh_data_dir: Path) -> int:
    import_small_tape(fresh_data_dir)
    run_the_night()
    return qinghe


@pytest.fixture
def no_workers(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, str]]]:
    """What would have been started: the process itself belongs to the browser tests."""
    started: list[tuple[str, str]] = []
    monkeypatch.setattr(
        "forbear_server.services.run_workers._start_worker",
        lambda lender, day: started.append((lender, day.isoformat())),
    )
    yield started


def test_a_finished_night_shows_its_stages_in_order(night: int, signed_in: SignIn) -> None:
    page = signed_in(Role.ADMIN).get(f"/console/runs/{DAY}/").content.decode()
    names = re.findall(r'<span class="mono quiet">(\w+)</span></span></th>', page)
    assert names == ["lock", "export", "age", "score", "gate", "assign", "worklists", "report"]
    assert "从断点继续" not in page
    with lender_scope(night):
        run = Run.objects.get()
    assert (run.state, run.manifest_sha256 in page) == ("finished", True)


def test_the_manifest_downloads_byte_by_byte(
    night: int, signed_in: SignIn, fresh_data_dir: Path
) -> None:
    answer = signed_in(Role.STRATEGIST).get(f"/console/runs/{DAY}/manifest/")
    file = fresh_data_dir / "runs" / "qinghe" / DAY / "manifest.json"
    assert b"".join(answer.streaming_content) == file.read_bytes()  # type: ignore[attr-defined]


def test_polling_ends_with_286(night: int, signed_in: SignIn) -> None:
    answer = signed_in(Role.ADMIN).get(f"/console/runs/{DAY}/", headers={"HX-Request": "true"})
    assert answer.status_code == 286


def test_starting_asks_for_the_date_typed(
    qinghe: int,
    fresh_data_dir: Path,
    signed_in: SignIn,
    no_workers: list[tuple[str, str]],
    django_capture_on_commit_callbacks: Callable[..., object],
) -> None:
    import_small_tape(fresh_data_dir)
    client = signed_in(Role.ADMIN)
    refused = client.post(f"/console/runs/{DAY}/start/", {"confirm": "yes"})
    assert (refused.status_code, no_workers) == (422, [])
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        started = client.post(f"/console/runs/{DAY}/start/", {"confirm": DAY})
    assert started.status_code == 302
    assert no_workers == [("qinghe", DAY)]
    assert recorded(qinghe)[-1] == "run.requested"


def test_a_finished_night_is_not_run_again(
    night: int, signed_in: SignIn, no_workers: list[tuple[str, str]]
) -> None:
    answer = signed_in(Role.ADMIN).post(f"/console/runs/{DAY}/start/", {"confirm": DAY})
    assert (answer.status_code, no_workers) == (409, [])
    assert recorded(night)[-1] == "run.refused"


def test_two_starts_at_once_give_one_run(
    qinghe: int, fresh_data_dir: Path, signed_in: SignIn, no_workers: list[tuple[str, str]]
) -> None:
    import_small_tape(fresh_data_dir)
    settings = connection.settings_dict
    with psycopg.connect(
        host=settings["HOST"],
        port=settings["PORT"],
        dbname=settings["NAME"],
        user=settings["USER"],
    ) as worker:
        worker.execute("SELECT pg_advisory_lock(1, %s)", (qinghe,))
        answer = signed_in(Role.ADMIN).post(f"/console/runs/{DAY}/start/", {"confirm": DAY})
    assert (answer.status_code, no_workers) == (409, [])
    assert "已有运行在进行" in answer.content.decode()
    assert recorded(qinghe)[-1] == "run.refused"


def test_a_run_whose_worker_died_may_go_on(night: int, signed_in: SignIn) -> None:
    with lender_scope(night):
        Run.objects.update(state="running", finished_at=None, manifest_sha256="")
    page = signed_in(Role.ADMIN).get(f"/console/runs/{DAY}/").content.decode()
    assert "从断点继续" in page
    assert "已中断" in page


def test_on_the_first_day_pages_say_to_import_first(
    qinghe: int, fresh_data_dir: Path, signed_in: SignIn
) -> None:
    client = signed_in(Role.ADMIN)
    assert "还没有批处理结果，先导入数据。" in client.get("/console/").content.decode()
    assert "还没有借据，请先导入数据。" in client.get("/console/runs/").content.decode()


def test_the_overview_counts_people_left_in_peace_and_loans(night: int, signed_in: SignIn) -> None:
    page = signed_in(Role.STRATEGIST).get("/console/").content.decode()
    values = re.findall(r'<p class="value">([\d,]+)</p>', page)
    # B-1 is offered an arrangement; B-2 (time zone unknown) and B-4 (called three times) are not
    # contacted. Four loans are in care, L-1, L-2 and L-4 in arrears.
    assert values == ["2", "1", "3", "4"]


def test_a_chart_and_its_table_hold_the_same_numbers(night: int, signed_in: SignIn) -> None:
    page = signed_in(Role.STRATEGIST).get("/console/").content.decode()
    block = json.loads(
        page.split('<script id="ladder-0" type="application/json">')[1].split("<")[0]
    )
    rows = re.findall(
        r'<tr><th scope="row">(M\d\+?)</th><td class="number">([\d,]+)</td>'
        r'<td class="number">([\d,]+)</td>',
        page,
    )
    assert [name for name, _now, _before in rows] == block["buckets"]
    assert [int(now) for _name, now, _before in rows] == block["series"][0]["values"]
    assert [int(before) for _name, _now, before in rows] == block["series"][1]["values"]


def test_rows_of_the_roll_rate_matrix_add_up_to_a_hundred(night: int, signed_in: SignIn) -> None:
    page = signed_in(Role.STRATEGIST).get("/console/").content.decode()
    table = page.split("C02-roll-rates")[1].split("</table>")[0] if "C02-roll-rates" in page else ""
    for row in table.split("<tr>")[2:]:
        percents = re.findall(r'data-percent="([\d.]+)"', row)
        if percents:
            assert sum(map(Decimal, percents)) == Decimal("100.0")
