"""Channels: the ways a borrower may be reached. Groups, posts and contact lists do not exist."""

from enum import StrEnum


class Channel(StrEnum):
    """One way of reaching the borrower, and only the borrower."""

    VOICE_INTERACTIVE = "voice_interactive"  # a person speaks, 交互式
    VOICE_NOTICE_AI = "voice_notice_ai"  # informative call, AI or recorded, 告知式
    SMS = "sms"
    APP = "app"
    MAIL = "mail"
    WECHAT = "wechat"
    LETTER = "letter"
    VISIT = "visit"


VOICE = frozenset({Channel.VOICE_INTERACTIVE, Channel.VOICE_NOTICE_AI})


class LenderKind(StrEnum):
    """Kinds of lender and servicer that instruments bind (the vocabulary of law/cn.json)."""

    BANK = "bank"
    CONSUMER_FINANCE = "consumer_finance"
    MICROLOAN = "microloan"
    AUTO_FINANCE = "auto_finance"
    ASSIGNEE = "assignee"
    OUTSOURCED_AGENCY = "outsourced_agency"
    LOAN_FACILITATION_PLATFORM = "loan_facilitation_platform"
    OTHER = "other"
