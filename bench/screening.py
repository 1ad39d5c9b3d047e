"""Texts a second through the screen, and the linear model against scikit-learn, in one run.

`python bench/screening.py [--seconds 5] [--processes 2] [--to FILE]`. The texts are the labelled ones of
the tests as they are, then stretched to 2,000 characters. The peer is HashingVectorizer (character
1-3-grams, 2^16 places) with SGDClassifier, asked one text at a time as the screen is, and in one batch.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import SGDClassifier

from forbear.contact.wording.linear import committed, leaning
from forbear.contact.wording.measuring import LabelledMessage, read_labelled
from forbear.contact.wording.normalising import normalised
from forbear.contact.wording.screening import screen

LABELLED = Path(__file__).resolve().parents[1] / "tests/contact/wording/labelled_messages.yaml"


def timed(texts: list[Callable[[], object]], seconds: float) -> dict[str, float]:
    """Calls a second and percentiles of one call, in milliseconds."""
    for one in texts:
        one()
    took: list[float] = []
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        for one in texts:
            start = time.perf_counter()
            one()
            took.append(time.perf_counter() - start)
    cuts = statistics.quantiles(took, n=100)
    return {
        "calls": len(took),
        "a_second": round(len(took) / sum(took)),
        "p50_ms": round(cuts[49] * 1e3, 3),
        "p99_ms": round(cuts[98] * 1e3, 3),
    }


def screening(messages: list[LabelledMessage]) -> list[Callable[[], object]]:
    return [
        lambda one=one: screen(one.text, about=one.about, direction=one.direction)
        for one in messages
    ]


def worker(seconds: float) -> int:
    calls = screening(read_labelled(LABELLED))
    done, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        for one in calls:
            one()
        done += len(calls)
    return round(done / (time.perf_counter() - began))


def peer(messages: list[LabelledMessage], seconds: float) -> dict[str, object]:
    """The linear model alone and scikit-learn over the same plain texts."""
    texts = [normalised(one.text).plain for one in messages]
    model = committed("pressing")
    if model is None:
        raise SystemExit("There is no committed model: run forbear wording train.")
    hashing = HashingVectorizer(
        analyzer="char", ngram_range=(1, 3), n_features=2**16, binary=True, alternate_sign=False
    )
    line = SGDClassifier(loss="log_loss", random_state=1)
    line.fit(hashing.transform(texts), [bool(one.kinds) for one in messages])
    ours = timed([lambda t=t: leaning(model, t) for t in texts], seconds)
    theirs = timed(
        [lambda t=t: line.decision_function(hashing.transform([t])) for t in texts], seconds
    )
    began, done = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        line.decision_function(hashing.transform(texts))
        done += len(texts)
    batch = round(done / (time.perf_counter() - began))
    return {
        "ours_one_by_one": ours,
        "scikit_learn_one_by_one": theirs,
        "scikit_learn_in_batch_a_second": batch,
        "ratio_one_by_one": round(ours["a_second"] / theirs["a_second"], 2),
        "ratio_to_batch": round(ours["a_second"] / batch, 2),
    }


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seconds", type=float, default=5.0)
    asked.add_argument("--processes", type=int, default=2)
    asked.add_argument("--to", type=Path)
    told = asked.parse_args()
    messages = read_labelled(LABELLED)
    long = [(one.text * 2_000)[:2_000] for one in messages[::20]]
    made: dict[str, object] = {
        "texts": len(messages),
        "mean_characters": round(statistics.mean(len(one.text) for one in messages), 1),
        "one_process": timed(screening(messages), told.seconds),
        "2000_characters": timed(
            [lambda t=t: screen(t, about=messages[0].about) for t in long], told.seconds
        ),
        "linear_model": peer(messages, told.seconds),
    }
    with multiprocessing.get_context("spawn").Pool(told.processes) as pool:
        together = pool.map(worker, [told.seconds] * told.processes)
    made["processes"] = {"count": told.processes, "a_second": sum(together)}
    text = json.dumps(made, indent=2)
    print(text)
    if told.to is not None:
        told.to.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
