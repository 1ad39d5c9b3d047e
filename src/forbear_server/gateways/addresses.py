"""Addresses a channel can reach: numbers as `+` and the country's code (E.164), mail addresses.

A mainland mobile number may come with eleven digits or with +86; whatever else has no `+` is
refused, since guessing a country would send a stranger's debt to a stranger. Fixed lines, short
codes and service numbers take no SMS from a person's file. Messages never repeat the number.
"""

import re
import unicodedata

from forbear.contact.dispatch import AddressFaulty

_SEPARATORS = re.compile(r"[\s\-‐–—()（）.]")
_MAINLAND_MOBILE = re.compile(r"1[3-9]\d{9}")
_E164 = re.compile(r"\+[1-9]\d{7,14}")
_MAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?=.{4,253}\Z)"
    r"([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])"
)
SHORTEST_NUMBER = 7


def sms_address(text: str, country: str = "CN") -> str:
    """The number as E.164; raises `AddressFaulty` where no SMS can go.

    `country` decides how a number without `+` is read: only mainland China (CN) has such a form
    here, elsewhere the `+` is needed.

    >>> sms_address("138-0013 8000"), sms_address("＋86 13800138000"), sms_address("+4915112345678")
    ('+8613800138000', '+8613800138000', '+4915112345678')
    """
    number = _SEPARATORS.sub("", unicodedata.normalize("NFKC", text))
    if not re.fullmatch(r"\+?\d+", number, re.ASCII):
        raise AddressFaulty(
            "The number holds something other than digits. Write 11 digits or +86 and 11 digits."
        )
    if number.startswith("+"):
        return _international(number)
    if country == "CN" and _MAINLAND_MOBILE.fullmatch(number):
        return f"+86{number}"
    raise AddressFaulty(_why_not(number, country))


def heard_number(text: str, *, is_international: bool) -> str:
    """The number a channel names as the other end, in our form where it is a number at all.

    Channels leave out the `+`, and some the 86; what is no subscriber's number (a bank's short
    code) comes back as it was told, without the NUL PostgreSQL cannot keep.

    >>> heard_number("8613800138000", is_international=False)
    '+8613800138000'
    """
    text = text.replace("\0", "")
    written = f"+{text}" if is_international and not text.startswith("+") else text
    if re.fullmatch(r"86" + _MAINLAND_MOBILE.pattern, written):
        written = f"+{written}"
    try:
        return sms_address(written)
    except AddressFaulty:
        return text


def mail_address(text: str) -> str:
    """One mail address, as SMTP takes it; raises `AddressFaulty` for a list, a name, a line's end.

    >>> mail_address(" lin@example.com ")
    'lin@example.com'
    """
    address = text.strip(" ")
    if not _MAIL.fullmatch(address) or ".." in address or address.startswith("."):
        raise AddressFaulty(
            "This is no single mail address. Write one address such as name@example.com, without a "
            "name, a list or a line's end."
        )
    return address


def _international(number: str) -> str:
    if not _E164.fullmatch(number):
        raise AddressFaulty("The number is no international one: + and 8 to 15 digits are needed.")
    if number.startswith("+86") and not _MAINLAND_MOBILE.fullmatch(number[3:]):
        raise AddressFaulty(
            "The number begins with +86 but is no mainland mobile number: SMS reaches no fixed line."
        )
    return number


def _why_not(number: str, country: str) -> str:
    if len(number) < SHORTEST_NUMBER or number.startswith(("106", "95", "96", "100", "400", "800")):
        return "The number is a short or service number, which takes no SMS. Use a mobile number."
    if number.startswith("00") or len(number) > len("13800138000") or country != "CN":
        return "A number with a country's code begins with +. Write the + in front of it."
    if number.startswith("0"):
        return "The number is a fixed line, which takes no SMS. Use a mobile number."
    return "The number is no mainland mobile number. Write 11 digits beginning with 13 to 19."
