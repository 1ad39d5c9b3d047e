"""The desk's tables, one file for each concept."""

from forbear_server.store.models.api_tokens import ApiToken
from forbear_server.store.models.borrowers import Borrower
from forbear_server.store.models.calls import Call
from forbear_server.store.models.channels import BorrowerAddress, ChannelSender
from forbear_server.store.models.contact_reports import ContactReport
from forbear_server.store.models.evidence import (
    EvidenceEntry,
    EvidencePerson,
    EvidenceSubject,
    RetentionHold,
)
from forbear_server.store.models.imports import Import, ImportFinding, MappingTemplate
from forbear_server.store.models.kept_drafts import KeptDraft
from forbear_server.store.models.lenders import Lender
from forbear_server.store.models.loans import Loan
from forbear_server.store.models.log import (
    LogHead,
    LogLeaf,
    LogQueueItem,
    LogState,
    RulebookArchive,
)
from forbear_server.store.models.message_templates import MessageTemplate
from forbear_server.store.models.messages import (
    ChannelReceipt,
    InboundMessage,
    Message,
    MessagePart,
)
from forbear_server.store.models.notes import BorrowerNote
from forbear_server.store.models.permits import PermitRequest
from forbear_server.store.models.preferences import ContactHold, ContactPreference
from forbear_server.store.models.runs import Run, RunLogLine, RunStage
from forbear_server.store.models.scorecards import RewardPolicy, ScoreCard
from forbear_server.store.models.scores import BehaviourEvent, EarlyWarning, LoanScore
from forbear_server.store.models.sign_in_throttles import SignInThrottle
from forbear_server.store.models.standings import Standing, StandingAppeal
from forbear_server.store.models.users import RecoveryCode, User
from forbear_server.store.models.worklists import WorklistItem

__all__ = [
    "ApiToken",
    "BehaviourEvent",
    "Borrower",
    "BorrowerAddress",
    "BorrowerNote",
    "Call",
    "ChannelReceipt",
    "ChannelSender",
    "ContactHold",
    "ContactPreference",
    "ContactReport",
    "EarlyWarning",
    "EvidenceEntry",
    "EvidencePerson",
    "EvidenceSubject",
    "Import",
    "ImportFinding",
    "InboundMessage",
    "KeptDraft",
    "Lender",
    "Loan",
    "LoanScore",
    "LogHead",
    "LogLeaf",
    "LogQueueItem",
    "LogState",
    "MappingTemplate",
    "Message",
    "MessagePart",
    "MessageTemplate",
    "PermitRequest",
    "RecoveryCode",
    "RetentionHold",
    "RewardPolicy",
    "RulebookArchive",
    "Run",
    "RunLogLine",
    "RunStage",
    "ScoreCard",
    "SignInThrottle",
    "Standing",
    "StandingAppeal",
    "User",
    "WorklistItem",
]
