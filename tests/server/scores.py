"""A score card as `forbear scoring fit --preset book` writes one, small enough to add up by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from forbear.scoring.axes import Axis
from forbear.scoring.card_texts import card_text
from forbear.scoring.cards import Calibration, Characteristic, Scale, Scorecard
from forbear_server.selectors.actors import Actor
from forbear_server.services.scorecards import add_scorecard, approve_scorecard, submit_scorecard
from server.conftest import NOW

FIGURES: dict[str, Any] = {
    "kind": "out_of_time",
    "rows": 400,
    "events": 40,
    "from": "2026-05-31",
    "until": "2026-08-20",
    "measures": {
        "auc": {"value": "0.801000", "low": "0.752000", "high": "0.849000"},
        "ks": {"value": "0.480000", "low": "0.400000", "high": "0.550000"},
        "brier": {"value": "0.081000", "low": "0.070000", "high": "0.092000"},
    },
    "reliability": [
        {"predicted_ppm": 20_000, "observed_ppm": 25_000, "low_ppm": 9_000, "high_ppm": 60_000, "n": 200},
        {"predicted_ppm": 180_000, "observed_ppm": 175_000, "low_ppm": 130_000, "high_ppm": 230_000, "n": 200},
    ],
    "challengers": {
        "lightgbm_tuned": {
            "auc": {"value": "0.803000", "low": "0.750000", "high": "0.850000"},
            "difference": {"value": "-0.002000", "low": "-0.010000", "high": "0.006000"},
        }
    },
    "psi": [{"period": "2026-06", "psi": "0.020000"}, {"period": "2026-07", "psi": "0.260000"}],
    "fairness": [
        {"attribute": "age", "group": "18-29", "n": 120, "mean_predicted_ppm": 100_000,
         "observed_ppm": 110_000, "auc": "0.790000"},
        {"attribute": "age", "group": "60+", "n": 12, "mean_predicted_ppm": 50_000,
         "observed_ppm": 0, "auc": None},
    ],
}  # fmt: skip


def _words(zh: str, en: str) -> dict[str, str]:
    return {"zh-Hans": zh, "en": en}


def warning_card(**changes: Any) -> Scorecard:
    """800 at best: days past due take up to 120, a part payment 40, little paid of late up to 60."""
    card = Scorecard(
        name="book-early-warning",
        version=1,
        recipe="early_warning",
        preset="book",
        ids=("lender", "loan_id"),
        target={"event": "30+ days past due within 90 days"},
        simulated=False,
        scale=Scale(base_points=800),
        characteristics=(
            Characteristic(
                name="days_past_due",
                axes=(Axis(input="days_past_due", edges=(1.0, 8.0)),),
                points=(0, -60, -120, -30),
                counts=(300, 60, 40, 0),
                events=(6, 14, 20, 0),
                monotone="risk_rises",
                says=_words("目前逾期天数", "Days past due now"),
                tells=_words("您现在有逾期的一期", "An instalment is past due now"),
                advice=_words("先补上最早逾期的一期", "Pay the oldest instalment first"),
            ),
            Characteristic(
                name="late_1_plus_90d",
                axes=(Axis(input="late_1_plus_90d", edges=(1.0, 3.0)),),
                points=(0, -25, -60, -10),
                counts=(250, 100, 50, 0),
                events=(5, 15, 20, 0),
                monotone="risk_rises",
                says=_words("近 90 天晚还的期数", "Instalments late in 90 days"),
                tells=_words("近 90 天有分期晚还", "Instalments were late in the last 90 days"),
            ),
        ),
        calibration=Calibration(
            method="platt",
            points=(620, 680, 715, 775, 800),
            ppm=(500_000, 300_000, 200_000, 60_000, 20_000),
        ),
        training={"rows": 400, "events": 40, "from": "2025-11-30", "until": "2026-04-30", "seed": 1,
                  "refused": [], "dropped": []},
        validation=FIGURES,
    )  # fmt: skip
    return replace(card, **changes)


def add_card(actor: Actor, card: Scorecard | None = None) -> UUID:
    """A draft on the desk, by a strategist."""
    return add_scorecard(actor=actor, text=card_text(card or warning_card()), now=NOW)


def put_in_use(strategist: Actor, officer: Actor, card: Scorecard | None = None) -> UUID:
    """A card submitted by one person and approved as champion by another."""
    made = add_card(strategist, card)
    submit_scorecard(actor=strategist, card_uuid=made, now=NOW)
    approve_scorecard(
        actor=officer, card_uuid=made, part="champion", note="", is_demonstration=False, now=NOW
    )
    return made
