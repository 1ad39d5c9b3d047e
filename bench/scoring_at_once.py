"""How long one event takes from being told to a kept score, evidence and warning, in process.

Runs over the demonstration's desk (`make demo` first) and takes everything back: each event is told
inside a transaction that is rolled back. Beside it the same loan's features and points alone.

    python bench/scoring_at_once.py --events 300
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

ROOT = Path(__file__).parents[1]
os.environ.setdefault("FORBEAR_DATA_DIR", str(ROOT / "var" / "demo"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forbear_server.settings")

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.db import transaction  # noqa: E402

from forbear.scoring.features import behaviour_features  # noqa: E402
from forbear.scoring.points import score  # noqa: E402
from forbear_server.selectors.actors import find_actor_by_name  # noqa: E402
from forbear_server.selectors.lenders import find_lender  # noqa: E402
from forbear_server.selectors.score_histories import find_history  # noqa: E402
from forbear_server.selectors.scorecards import champion  # noqa: E402
from forbear_server.services.behaviour import ReportedEvent, take_behaviour_event  # noqa: E402
from forbear_server.store import embedded  # noqa: E402
from forbear_server.store.lender_scope import lender_scope  # noqa: E402
from forbear_server.store.models import LoanScore  # noqa: E402

NOW = datetime(2026, 11, 20, 10, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def told(times: list[float]) -> dict[str, float]:
    ordered = sorted(times)
    at = [ordered[min(len(ordered) - 1, int(len(ordered) * share))] for share in (0.95, 0.99)]
    return {
        "median_ms": round(statistics.median(ordered), 2),
        "p95_ms": round(at[0], 2),
        "p99_ms": round(at[1], 2),
        "worst_ms": round(ordered[-1], 2),
    }


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--events", type=int, default=300)
    count = asked.parse_args().events
    if settings.DATABASE_IS_EMBEDDED:
        embedded.attach(settings.DATA_DIR)
    lender = find_lender("qinghe")
    with lender_scope(lender.lender_id):
        actor = find_actor_by_name("admin")
        in_use = champion("early_warning")
        if actor is None or in_use is None:
            raise SystemExit("The demonstration has no card in use: run `make demo` first.")
        refs = list(LoanScore.objects.order_by("loan_ref").values_list("loan_ref", flat=True))
        chosen = [refs[n * len(refs) // count % len(refs)] for n in range(count)]
        whole, alone = [], []
        for number, ref in enumerate(chosen):
            event = ReportedEvent(
                loan_ref=ref,
                kind="payment" if number % 2 else "failed_debit",
                happened_on=NOW.date(),
                event_id=f"bench-{number}",
                amount_minor=1000 if number % 2 else None,
            )
            with transaction.atomic():
                whole.append(
                    timed(lambda e=event: take_behaviour_event(actor=actor, event=e, now=NOW))
                )
                transaction.set_rollback(True)
            history = find_history(actor, ref)
            if history is not None:
                alone.append(
                    timed(
                        lambda h=history: score(
                            in_use.card, behaviour_features(h, as_of=NOW.date())
                        )
                    )
                )
    print(json.dumps({"events": count, "whole": told(whole), "features_and_points": told(alone)}))


if __name__ == "__main__":
    main()
