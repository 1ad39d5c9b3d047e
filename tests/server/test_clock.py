"""Business time: a demo clock that runs forward, never back, and leaves security alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.test.utils import override_settings

from forbear_server.ui import clock

START = datetime.fromisoformat("2026-11-20T10:30:00+08:00")


@pytest.fixture(autouse=True)
def demo_clock(tmp_path: Path) -> object:
    with override_settings(DATA_DIR=tmp_path, DEMO_CLOCK=START.isoformat()):
        yield


def test_business_time_starts_at_the_configured_moment() -> None:
    assert clock.business_now() == START


def test_business_time_runs_on_with_real_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forbear_server.ui.clock._seconds_since", lambda _moment: 90.0)
    assert clock.business_now() == START + timedelta(seconds=90)


def test_moving_forward_holds_for_every_process() -> None:
    evening = START.replace(hour=22, minute=0)
    clock.move_demo_clock(evening)
    assert clock.business_now() == evening


def test_moving_back_is_refused_and_changes_nothing() -> None:
    with pytest.raises(clock.ClockMovesForwardOnly, match="only moves forward"):
        clock.move_demo_clock(START - timedelta(minutes=1))
    assert clock.business_now() == START


def test_a_restart_goes_on_where_the_clock_was_moved_to() -> None:
    evening = START.replace(hour=22, minute=0)
    clock.move_demo_clock(evening)
    clock.start_demo_clock()
    assert clock.business_now() == evening


def test_without_a_demo_clock_business_time_is_the_wall() -> None:
    with override_settings(DEMO_CLOCK=""):
        assert abs(clock.business_now() - clock.wall_now()) < timedelta(seconds=5)


def test_security_runs_on_the_wall_clock() -> None:
    assert clock.wall_now() != START
