"""What may be recorded: every event by name, whom it is about, and which of its fields stand open.

A field that is not named here is committed, never written in the open: forgetting one hides it.
Open fields hold codes, counts, digests of files, random ids and rule ids; nothing a person could
be found by. Names are in the past tense, as in the screens' own list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Event:
    """`purpose` chooses the person's pseudonym: entries of two purposes cannot be joined.

    What `outlasts_person` is closed under the lender's key, so that erasing the person leaves it.
    """

    purpose: str
    open_fields: frozenset[str] = frozenset()
    outlasts_person: bool = False


def _events(
    purpose: str, *names: str, open_fields: str = "", outlasts_person: bool = False
) -> dict[str, Event]:
    """Events that share a purpose and their open fields."""
    return dict.fromkeys(names, Event(purpose, frozenset(open_fields.split()), outlasts_person))


EVENTS: Mapping[str, Event] = MappingProxyType(
    {
        # Contact: permits, refusals, outcomes.
        **_events(
            "contact",
            *("contact.permitted", "contact.refused", "contact.review_needed"),
            open_fields="channel ruling grounds exceptions rulebooks opens_at closes_at",
        ),
        **_events("contact", "permit.used", "permit.lapsed"),
        **_events("contact", "contact.attempted", "contact.ended", open_fields="channel outcome"),
        **_events("contact", "right_party_contact.confirmed", open_fields="channel"),
        # Messages: what is said stays sealed; its digest is the permit's.
        **_events(
            "contact",
            *("message.queued", "message.sent", "message.delivered", "message.undelivered"),
            *("message.in_doubt", "message.resolved", "message.cancelled", "message.dead"),
            *("message.refused", "message.screened", "message.received", "message.answered"),
            open_fields="channel template reason parts code outcome kinds opted_out",
        ),
        **_events("lender", "channel.stopped", "channel.resumed", open_fields="channel code"),
        **_events("lender", "channel.refused", open_fields="code"),
        **_events("lender", "receipt.unmatched", "callback.refused", open_fields="channel code"),
        **_events(
            "contact",
            *("call.placed", "call.answered", "call.ended", "call.recorded", "call.refused"),
            *("call.muted", "call.held", "call.distressed", "call.distress_seen"),
            *("disposition.confirmed", "disposition.recorded", "call.warned"),
            open_fields="channel code reason disposition seconds recording identity voice disclosed",
        ),
        **_events("lender", "gate.mask_recorded", open_fields="digest rows rulebooks"),
        # Plans, rules, templates, settings.
        **_events("lender", "plan.published", open_fields="lines run plan_digest files"),
        **_events("installation", "rulebook.changed", open_fields="before archive_sha256"),
        **_events(
            "lender",
            *("template.drafted", "template.submitted", "template.approved"),
            *("template.rejected", "template.retired", "template.refused"),
            open_fields="digest template code",
        ),
        **_events("lender", "setting.changed", open_fields="setting before after"),
        **_events(
            "lender",
            *("lender.registered", "lender.rules_set"),
            open_fields="jurisdiction memberships advisory_strengths",
        ),
        **_events("account", "api_token.added", "api_token.revoked", open_fields="days"),
        **_events("lender", "field_keys.rotated", open_fields="rows files left key"),
        # What a borrower agreed to, asked and complained about.
        **_events(
            "consent",
            *("consent.given", "consent.withdrawn", "consent.refused"),
            *("address.added", "address.taken_out"),
            open_fields="kind channel source text_digest code",
        ),
        **_events(
            "agreement",
            *("promise_to_pay.recorded", "promise_to_pay.kept", "promise_to_pay.part_kept"),
            *("promise_to_pay.broken", "promise_to_pay.withdrawn", "arrangement.offered"),
            *("arrangement.agreed", "arrangement.activated", "arrangement.completed"),
            *("arrangement.broken", "arrangement.cancelled", "arrangement.withdrawn"),
            open_fields="code state",
        ),
        **_events(
            "grievance",
            *("complaint.received", "complaint.extended", "complaint.found"),
            *("complaint.answered", "complaint.escalated", "complaint.closed"),
            *("dispute.received", "dispute.decided", "dispute.withdrawn", "hardship.received"),
            *("hardship.approved", "hardship.refused", "hold.placed", "hold.lifted"),
            open_fields="code kind outcome source",
        ),
        # Scores, and what they lead to. What it says of a person is committed.
        **_events("score", "score.issued", open_fields="scorecard scorecard_digest"),
        **_events("score", "behaviour.reported", open_fields="kind"),
        **_events("lender", "behaviour.refused", "standing.appeal_refused", open_fields="code"),
        **_events(
            "score",
            *("early_warning.raised", "early_warning.helped", "early_warning.dismissed"),
            *("early_warning.lapsed", "early_warning.refused"),
            open_fields="cause word code scorecard scorecard_digest",
        ),
        **_events(
            "lender",
            *("scorecard.added", "scorecard.submitted", "scorecard.approved"),
            *("scorecard.returned", "scorecard.retired", "scorecard.refused"),
            *("scorecard.drift_noted", "scores.recorded"),
            open_fields="scorecard scorecard_digest part code rows digest raised held_back",
        ),
        **_events(
            "standing",
            *("standing.changed", "standing.appealed", "standing.appeal_decided"),
            open_fields="rules outcome",
        ),
        **_events("lender", "standings.recorded", open_fields="rows digest rules"),
        **_events(
            "lender",
            *("reward_policy.added", "reward_policy.approved", "reward_policy.returned"),
            *("reward_policy.retired", "reward_policy.refused"),
            open_fields="version digest code",
        ),
        # Who looked at what.
        **_events("access", "loan.read", "borrower.read", "pii.revealed", open_fields="role"),
        **_events("access", "pii.refused", open_fields="code"),
        # Which entry is committed: in the open it would join two pseudonyms of one person.
        **_events("access", "evidence.opened", "evidence.exported", open_fields="role"),
        **_events("lender", "evidence.viewed", "evidence.replayed", open_fields="entry agrees"),
        **_events("lender", "report.viewed", "worklist.opened", open_fields="tab"),
        **_events("account", "access.refused", open_fields="role method"),
        # A pause after hard calls: that it was taken, and nothing that could be held against anybody.
        **_events("account", "break.taken", open_fields="minutes"),
        # A person's right to be forgotten.
        # Who erased, and why, must be known when the person no longer is.
        **_events("erasure", "person.erased", open_fields="subjects", outlasts_person=True),
        # A citation somebody typed is free text: it is committed.
        **_events("erasure", "person.erasure_refused", open_fields="code"),
        **_events("erasure", "retention.held", "retention.released", open_fields="kept_until"),
        # Imports and runs.
        **_events("lender", "import.received", open_fields="sha256 rows refused"),
        **_events("lender", "import.mapped", open_fields="preset columns"),
        **_events("lender", "import.checked", open_fields="rows rejected counts"),
        **_events(
            "lender",
            *("import.accepted", "import.withdrawn", "import.withdrawal_asked"),
            open_fields="sha256 accepted rejected quarantined notes loans_removed borrowers_removed "
            "borrowers_kept",
        ),
        **_events(
            "lender",
            *("import.refused", "import.failed", "import.withdrawal_refused"),
            open_fields="code sha256",
        ),
        **_events("lender", "import.rejects_downloaded", open_fields="rows"),
        **_events(
            "lender",
            *("run.requested", "run.started", "run.resumed", "run.pause_asked", "run.paused"),
            *("run.failed", "run.finished", "run.refused"),
            open_fields="seed stage manifest_sha256 content code",
        ),
        # Staff.
        **_events("account", "sign_in.succeeded", "sign_in.refused", open_fields="factor reason"),
        **_events("account", "sign_out.recorded", open_fields="reason"),
        **_events("account", "second_factor.bound", "second_factor.reset"),
        **_events("account", "user.created", "user.disabled", open_fields="role"),
        **_events(
            "case",
            *("case.taken", "case.released", "case.snoozed", "case.reassigned"),
            *("case.finished", "case.refused"),
            open_fields="code attempted",
        ),
        # What a colleague wrote stays sealed.
        **_events("case", "note.written", "note.refused", open_fields="code"),
    }
)
