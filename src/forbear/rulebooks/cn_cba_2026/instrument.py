"""What every rule of this book shares: the instrument, whom it binds, since when."""

from datetime import date
from pathlib import Path

from forbear.compliance.citations import Citation, Confidence, SourceKind, Strength
from forbear.compliance.parameters import read_parameters

IN_FORCE_FROM = date(2026, 1, 30)
BINDS = ("bank", "consumer_finance", "outsourced_agency", "loan_facilitation_platform")
PARAMETERS = read_parameters(Path(__file__).parent / "parameters" / "contact.yaml")


def article(number: str, quote: str, source: str, strength: Strength) -> Citation:
    """A citation of this guideline; its 54 articles were seen only in quotation."""
    return Citation(
        instrument="中国银行业协会《金融机构个人消费类贷款催收工作指引（试行）》",
        article=number,
        quote=quote,
        source=source,
        source_kind=SourceKind.SELF_REGULATION,
        strength=strength,
        confidence=Confidence.SECONDARY,
    )
