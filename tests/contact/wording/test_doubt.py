"""Doubt: one sign for words of a class, the worst sentence decides, and it sends to a person at most."""

import zlib
from array import array

import pytest

from contact.wording.cases import USUAL
from forbear.contact.wording.doubt import (
    LANGUAGES,
    classed,
    doubt_places,
    doubted,
    doubtful,
    language_of,
    readings,
    sentences,
    stem,
)
from forbear.contact.wording.facts import Case, Direction
from forbear.contact.wording.linear import PLACES, LinearModel, committed
from forbear.contact.wording.rules import Kind
from forbear.contact.wording.screening import Outcome, screen
from forbear.contact.wording.training.texts import written_doubt, written_pressing

WRAPPED = "您好，这里是青禾消费金融。{}。有困难请联系客服。"
WRAPPED_EN = "Hello, this is Qinghe. {} Call us if you need help."


def weighing(weights: dict[str, int], *, thresholds: tuple[int, int] = (100_000, 100_000)):
    """A model of two lines whose places weigh what these signs weigh."""
    line = array("b", bytes(PLACES))
    for sign, weight in weights.items():
        line[zlib.crc32(sign.encode()) % PLACES] = weight
    return LinearModel(
        name="doubt",
        classes=("zh-Hans", "en"),
        weights=(line, line),
        unit_millionths=(10_000, 10_000),
        bias_millionths=(0, 0),
        threshold_millionths=thresholds,
        provenance={},
    )


def test_words_of_a_class_and_figures_read_alike_and_other_words_do_not() -> None:
    assert classed("您妈妈12点前") == classed("您岳父9点前")
    assert classed("your husband at 5") == classed("your cousin at 11:30")
    assert classed("您的合同") == "您的合同"
    assert classed("family-name") != classed("surname")


def test_the_longest_word_of_a_class_is_taken_whole() -> None:
    assert len(classed("家长群")) == 1
    assert len(classed("班主任好")) == 2


def test_a_latin_phrase_has_a_place_of_its_own() -> None:
    one, other = set(doubt_places("we can wait")), set(doubt_places("can we wait"))
    assert one != other


def test_sentences_end_at_full_stops_and_lines_and_a_single_sign_is_none() -> None:
    assert sentences("您好。\n请回电!a?") == [(0, 2), (4, 7)]


def test_the_worst_sentence_decides_and_is_marked() -> None:
    model = weighing({"c坏": 100, "c好": -50})
    told = doubted(model, "好好好。坏坏好。好好")
    assert told is not None
    assert (told.start, told.end, told.is_pressing) == (4, 7, True)


def test_two_short_sentences_that_follow_one_another_are_read_together_and_long_ones_are_not() -> (
    None
):
    told = readings("您懂的吧。我来找您。再见了您")
    assert told == [(0, 4), (5, 9), (10, 14), (0, 9), (5, 14)]
    long = "很" * 25
    assert readings(f"{long}。{long}") == [(0, 25), (26, 51)]
    assert len(readings("we called you。 we wrote you。 now we come")) == 5


def test_a_word_or_two_are_read_with_their_neighbour_and_a_salutation_never_alone() -> None:
    assert readings("please call us back。 kind regards") == [(0, 19), (0, 33)]
    assert readings("请给我们回电。祝好") == [(0, 6), (0, 9)]
    assert readings("hello lin,\n please call us back") == [(11, 31), (0, 31)]
    assert readings("dear ms ning zhou,") == []
    assert readings("hello we know") != []  # more than a name follows: it is said to somebody
    # where there is nothing else, little is judged all the same
    assert readings("pay up") == [(0, 6)]
    assert readings("hi lin,\n pay up") == [(8, 15), (0, 15)]


def test_a_threat_in_two_halves_is_marked_whole() -> None:
    model = weighing({"s dark": 60, "s alon": 60})
    told = doubted(model, "it gets dark。 you walk alone。 thank you")
    assert told is not None
    assert (told.start, told.end, told.is_pressing) == (0, 28, True)


def test_each_language_has_a_line_and_a_threshold_of_its_own() -> None:
    assert [language_of(one) for one in ("您好", "hello", "hello 您")] == [
        LANGUAGES[0],
        LANGUAGES[1],
        LANGUAGES[0],
    ]
    model = weighing({}, thresholds=(-1, 1))
    chinese, english = doubted(model, "您好"), doubted(model, "we are here now")
    assert chinese is not None
    assert english is not None
    assert (chinese.is_pressing, english.is_pressing) == (True, False)


def test_the_forms_of_an_english_word_have_one_stem() -> None:
    assert {stem(one) for one in ("threaten", "threatened", "threatening", "threatens")} == {
        "threaten"
    }
    assert [stem(one) for one in ("families", "calls", "stopped", "us")] == [
        "family",
        "call",
        "stop",
        "us",
    ]


def test_what_a_no_stands_before_is_told_from_what_it_does_not() -> None:
    denied = {zlib.crc32(one.encode()) % PLACES for one in ("not com", "not m =come")}
    assert denied <= set(doubt_places("nobody will come"))
    assert denied.isdisjoint(doubt_places("somebody will come"))


def test_nothing_is_said_of_a_text_without_a_sentence() -> None:
    assert doubted(weighing({}), "。!") is None
    assert doubtful("") is None


@pytest.mark.parametrize(
    "text",
    [
        "今天下班前没有结果的话，材料就递上去了",
        "村里的大喇叭不是只会播天气预报",
        "我们可以每天给你打一百个电话",
        "再不处理我亲自过去一趟",
    ],
)
def test_an_idea_that_presses_goes_to_a_person_however_kindly_it_is_wrapped(text: str) -> None:
    assert screen(text, about=USUAL).outcome is Outcome.PERSON
    assert screen(WRAPPED.format(text), about=USUAL).outcome is Outcome.PERSON


@pytest.mark.parametrize(
    "text",
    ["伱镓亾哋電話都在涐手里", "ni buhuan qian women jiu shangmen", "扌丁电话给你单亻立"],
)
def test_a_disguised_threat_does_not_pass(text: str) -> None:
    assert screen(text, about=USUAL).outcome in {Outcome.PERSON, Outcome.BLOCKED}


@pytest.mark.parametrize(
    "text",
    [
        "还款日当天24点前到账都算按时",
        "您提到已委托律师，请提供委托书，之后我们只与律师联系",
        "您家里若有老人需要照顾，有相应的帮扶政策",
        "您丈夫没有义务替您偿还这笔借款",
        "我们从不上门，有人上门收钱请报警",
        "You can stop these messages at any time by replying STOP",
    ],
)
def test_a_lawful_sentence_with_a_dangerous_word_leaves(text: str) -> None:
    assert screen(text, about=USUAL).outcome in {Outcome.PASSED, Outcome.ADVISE}


@pytest.mark.parametrize(
    "text",
    [
        "只要您今天还款，您的工资卡就不会被冻结",
        "您住院的母亲也该知道，我们会告诉您母亲",
        "我们不会放过您的家人，会联系您的单位",
        "We will not stop until we call your mother",
        "有人会去您单位找您，请勿拖延",
        "有人会告诉您的家人，请留意",
        "您父母没有义务替您还，可是我们会告诉您父母",
        "Nobody will help you when we call your boss",
        "We have not yet told your employer",
    ],
)
def test_a_frame_of_lawful_sentences_excuses_no_threat_that_borrows_it(text: str) -> None:
    assert screen(text, about=USUAL).outcome is Outcome.BLOCKED


def test_doubt_is_for_what_leaves_and_not_for_a_note() -> None:
    note = screen("我们的人在您门口坐坐", about=Case(), direction=Direction.NOTE)
    assert Kind.PRESSURE not in note.kinds()


def test_the_committed_model_learned_from_the_texts_as_they_stand() -> None:
    model = committed("doubt")
    assert model is not None
    learned = [one for one in (*written_doubt(), *written_pressing()) if not one.is_held_out]
    assert model.provenance["own_texts"] == len(learned)
    assert "written_texts/doubt.yaml" in model.provenance["learned_from"]
    assert model.classes == tuple(one.value for one in LANGUAGES)


def test_no_text_to_learn_from_stands_twice() -> None:
    texts = [one.text for one in written_doubt()]
    assert len(texts) == len(set(texts))
