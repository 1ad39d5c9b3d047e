"""Which media reach a place (comment 6(b)(1)(ii)-1): mail and landlines do, mobiles do not."""

PLACE_OF_NUMBER = {"home_landline": "home", "workplace": "work"}


def place_reached(
    *, address: str | None, number_kind: str | None, known_whereabouts: str | None
) -> str | None:
    """The place a contact reaches: of the address or landline, else where one knows them to be.

    Comments 6(b)(1)-1.iii and 6(b)(1)(ii)-1.i.

    >>> place_reached(address=None, number_kind="home_landline", known_whereabouts=None)
    'home'
    >>> place_reached(address=None, number_kind="mobile", known_whereabouts=None) is None
    True
    >>> place_reached(address=None, number_kind="mobile", known_whereabouts="home")
    'home'
    """
    of_number = PLACE_OF_NUMBER.get(number_kind or "")
    return address or of_number or known_whereabouts
