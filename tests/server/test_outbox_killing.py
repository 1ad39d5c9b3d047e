"""Workers killed with kill -9 while the centre drops links: nothing is lost, nothing is doubled.

The long run (20,000 messages, 50 kills) is `python bench/outbox_crashes.py`.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from peers.smsc import why_no_smsc

from server.outbox_killing import killed_outbox


@pytest.mark.skipif(why_no_smsc() is not None, reason=why_no_smsc() or "")
def test_killed_workers_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    report = killed_outbox(tmp_path, messages=500, borrowers=100, kills=4, seed=20261122)
    assert (report.lost, report.doubled, report.in_doubt_left) == (0, 0, 0)
    assert report.kills == 4
    assert report.after_stop == 0
    done, stopped = report.states.get("done", 0), report.states.get("cancelled", 0)
    assert done + stopped + report.never_taken == 500
    assert (report.accepted, report.stopped) == (done, stopped)
