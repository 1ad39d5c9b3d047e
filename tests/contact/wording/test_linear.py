"""The linear model: whole numbers, its own places, and a weights file that cannot be half read."""

import base64
import json
import zlib

import pytest

from forbear.contact.wording.errors import WeightsFaulty
from forbear.contact.wording.linear import PLACES, committed, leaning, places_of, read_model


def made(weights: dict[str, int], *, threshold: int = 0, bias: int = 0) -> str:
    raw = bytearray(PLACES)
    for gram, weight in weights.items():
        raw[zlib.crc32(gram.encode()) % PLACES] = weight % 256
    told = {
        "name": "hand-made",
        "bits": 16,
        "classes": ["kind", "pressing"],
        "unit_millionths": [1_000_000],
        "bias_millionths": [bias],
        "threshold_millionths": [threshold],
        "provenance": {},
        "crc32": zlib.crc32(bytes(raw)),
        "weights": base64.b64encode(zlib.compress(bytes(raw))).decode(),
    }
    return json.dumps(told)


def test_a_score_by_hand() -> None:
    # "ab" fills a, ab, b: three places, root 1.732; weights 3 and -1 give 2 / 1.732 = 1.154734
    model = read_model(made({"a": 3, "b": -1}))
    assert model.scores("ab") == (2 * 1_000_000 * 1_000 // 1_732,)


def test_places_are_the_crc_of_each_gram_of_one_to_three() -> None:
    grams = ["善", "善还", "善还x", "还", "还x", "x"]
    assert places_of("善还x") == [zlib.crc32(one.encode()) % PLACES for one in grams]


def test_the_words_that_carried_it_are_marked() -> None:
    model = read_model(made({"坏": 100, "好": -50}))
    told = leaning(model, "好好好坏坏好")
    assert told is not None
    assert told.is_pressing
    assert (told.start, told.end) == (3, 5)


def test_nothing_is_said_of_an_empty_text() -> None:
    assert leaning(read_model(made({})), "") is None


@pytest.mark.parametrize("fault", ["weights", "crc32", "bits", "provenance"])
def test_a_changed_file_is_refused(fault: str) -> None:
    told = json.loads(made({"a": 1}))
    told[fault] = None
    with pytest.raises(WeightsFaulty) as refused:
        read_model(json.dumps(told))
    assert refused.value.code == "wording_weights_faulty"


def test_a_file_cut_short_is_refused() -> None:
    with pytest.raises(WeightsFaulty):
        read_model(made({"a": 1})[:-40])


@pytest.mark.parametrize("name", ["pressing", "intents", "doubt"])
def test_the_committed_models_load_and_say_what_they_learned_from(name: str) -> None:
    model = committed(name)
    assert model is not None
    assert model.name == name
    assert "written_texts/" in str(model.provenance["learned_from"])


def test_there_is_no_committed_model_of_unlicensed_complaints() -> None:
    assert committed("triage") is None
