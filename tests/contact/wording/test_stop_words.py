"""Words that stop contact, whole, within, misspelt; and those that only look like it."""

from pathlib import Path

import pytest
import yaml

from forbear.contact.wording.stop_words import Scope, opt_out

CHANNEL = """退订|TD|T|td|回T|TD。|STOP|Stop.|stop|ＳＴＯＰ|s t o p|stpo|sotp|stopp|STOP STOP STOP|Please stop|quit|end|cancel
|unsubscribe|unsubscibe|UNSUBSCRIBE|opt out|opt-out|optout|how do i unsubscribe|退钉|退 订|退定|别给我发短信了|不想再收到
|Stop texting me!!|remove me from your list|no more messages|don't text me|我要退订|拒收|取消订阅|unsub""".replace("\n", "").split("|")  # fmt: skip
ALL = """别再打了|不要再联系|再打就投诉|REVOKE|revoke|revok|不要骚扰我|stop calling me|leave me alone|I revoke my consent
|请不要再给我打电话|don't contact me again|拒绝骚扰|我不想再接到你们的电话|停止一切联系|别联系我|不要再给我打电话了，谢谢
|你们能不能别打了|别打了行不行|no more calls|withdraw my consent|stop all calls|STOPALL|别烦我""".replace("\n", "").split("|")  # fmt: skip
NONE = """不要停|how do I stop the interest|don't stop|我没有退订|不用退订|when does this end|can I cancel my autopay|别打折了
|请停止计息|不要忘了联系我|Thanks|好的|t恤|今天还|别不联系我呀|I did not unsubscribe|Don't hesitate to call me|step
|我会联系你们|请联系我|at the end of the month|停工了没收入|取消分期可以吗|我没停过还款|不要打到我公司，打我手机|""".replace("\n", "").split("|")  # fmt: skip


@pytest.mark.parametrize("text", CHANNEL)
def test_this_channel_is_stopped(text: str) -> None:
    stopped = opt_out(text)
    assert stopped is not None
    assert stopped.scope is Scope.CHANNEL


@pytest.mark.parametrize("text", ALL)
def test_all_contact_is_stopped(text: str) -> None:
    stopped = opt_out(text)
    assert stopped is not None
    assert stopped.scope is Scope.ALL


@pytest.mark.parametrize("text", NONE)
def test_nothing_is_stopped(text: str) -> None:
    assert opt_out(text) is None


def test_the_words_are_marked_as_written() -> None:
    stopped = opt_out("你好，请不 要 再 打 给我")
    assert stopped is not None
    assert (stopped.scope, stopped.words) == (Scope.ALL, "不 要 再 打")


def test_the_whole_american_list_stops() -> None:
    # 47 CFR 64.1200(a)(10)
    words = ["stop", "quit", "end", "revoke", "opt out", "cancel", "unsubscribe"]
    assert [word for word in words if opt_out(word) is None] == []


def test_a_very_long_text_is_read_at_its_beginning() -> None:
    assert opt_out("别再打了" + "啊" * 100_000) is not None


def test_none_of_74_written_opt_outs_is_missed_and_none_of_49_others_is_taken_for_one() -> None:
    told = yaml.safe_load((Path(__file__).parent / "stop_messages.yaml").read_text("utf-8"))
    stops = [*told["stops"], *told["stops_later"]]
    goes_on = [*told["goes_on"], *told["goes_on_later"]]
    assert (len(stops), len(goes_on)) == (74, 49)
    assert [text for text in stops if opt_out(text) is None] == []
    assert [text for text in goes_on if opt_out(text) is not None] == []
