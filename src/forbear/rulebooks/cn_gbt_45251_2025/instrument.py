"""What every rule of this book shares: the instrument, whom it binds, since when."""

from datetime import date
from pathlib import Path

from forbear.compliance.citations import Citation, Confidence, SourceKind, Strength
from forbear.compliance.parameters import read_parameters

IN_FORCE_FROM = date(2025, 2, 28)
BINDS = (
    "bank",
    "consumer_finance",
    "microloan",
    "auto_finance",
    "assignee",
    "outsourced_agency",
    "loan_facilitation_platform",
)
PARAMETERS = read_parameters(Path(__file__).parent / "parameters" / "contact.yaml")


def article(number: str, quote: str, source: str) -> Citation:
    """A citation of this standard; its body text was seen only in quotation."""
    return Citation(
        instrument="GB/T 45251-2025《互联网金融 个人网络消费信贷 贷后催收风控指引》",
        article=number,
        quote=quote,
        source=source,
        source_kind=SourceKind.SELF_REGULATION,
        strength=Strength.SHOULD_NOT,
        confidence=Confidence.SECONDARY,
    )
