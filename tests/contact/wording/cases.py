"""Cases of the wording tests: one loan of 2,094.40 in arrears, instalments of 1,047.20."""

from forbear.contact.wording.facts import Case

LENDER = "青禾消费金融"
USUAL = Case(amounts_minor=frozenset({209_440, 104_720}), lender_names=(LENDER,))
LITIGABLE = Case(
    amounts_minor=frozenset({209_440}), lender_names=(LENDER,), is_litigation_decided=True
)
BARRED = Case(
    amounts_minor=frozenset({209_440}),
    lender_names=(LENDER,),
    is_litigation_decided=True,
    is_time_barred=True,
)
UNVERIFIED = Case(lender_names=(LENDER,), is_right_party_verified=False)


def silent(plain: str) -> None:
    """No linear model: the explicit rules are tested alone."""
