"""Factors that may rebut a presumption (comments 14(b)(2)(i)-2 and (ii)-2): for a person to weigh."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

RAPID = timedelta(minutes=5)
# “Seven calls in one day”, and six on one Friday, are the comment's examples of concentration.
CONCENTRATED_A_DAY = 6
VOICEMAILS = frozenset({"voicemail_lcm", "voicemail_other"})


@dataclass(frozen=True, slots=True)
class Factor:
    """A factor by its name, and whether it speaks for rebuttal."""

    name: str
    supports_rebuttal: bool


def pattern_factor(placed: Sequence[tuple[datetime, str | None]]) -> Factor | None:
    """What the pattern of calls (moment, outcome) to one person shows against the collector.

    >>> day = datetime(2026, 9, 1, 9)
    >>> pattern_factor([(day, "no_answer"), (day + timedelta(minutes=4), "no_answer")]).name
    'rapid_succession'
    """
    voicemails = [at for at, outcome in placed if outcome in VOICEMAILS]
    if _is_rapid(voicemails) or _busiest_day(voicemails) >= CONCENTRATED_A_DAY:
        return Factor("voicemail_pattern", True)
    moments = [at for at, _ in placed]
    if _is_rapid(moments):
        return Factor("rapid_succession", True)
    if _busiest_day(moments) >= CONCENTRATED_A_DAY:
        return Factor("highly_concentrated_calls", True)
    return None


def reason_factor(
    *,
    is_required_by_law: bool = False,
    is_part_of_litigation: bool = False,
    is_requested_information: bool = False,
    avoids_negative_effect: bool = False,
    is_in_collectors_control: bool = False,
) -> Factor | None:
    """What the reason of a call beyond the frequency shows for the collector.

    An effect the collector controls, such as the end of its own offer, does not.

    >>> reason_factor(avoids_negative_effect=True, is_in_collectors_control=True)
    Factor(name='avoid_negative_effect_time_critical', supports_rebuttal=False)
    """
    if is_required_by_law:
        return Factor("required_by_law", True)
    if is_part_of_litigation:
        return Factor("active_litigation", True)
    if is_requested_information:
        return Factor("consumer_requested_information", True)
    if avoids_negative_effect:
        return Factor("avoid_negative_effect_time_critical", not is_in_collectors_control)
    return None


def _is_rapid(moments: Sequence[datetime]) -> bool:
    ordered = sorted(moments)
    return any(later - earlier <= RAPID for earlier, later in pairwise(ordered))


def _busiest_day(moments: Sequence[datetime]) -> int:
    days = [moment.date() for moment in moments]
    return max((days.count(day) for day in days), default=0)
