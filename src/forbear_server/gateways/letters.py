"""Letters: a PDF a message and a line in a manifest, for the printing house to take.

A message is one letter however often it is asked for: its number comes from the message's id, and
a number that stands in the manifest is not written again. The line is written after the PDF and
before the answer, so a letter without a line was never handed over. What cannot be printed (no
Chinese font, an emoji) is refused rather than printed as empty squares.
"""

import fcntl
import hashlib
import json
import os
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

import typst

from forbear.contact.channels import Channel
from forbear.contact.dispatch import (
    LONGEST_TEXT,
    AddressFaulty,
    Answer,
    Consignment,
    Fate,
    Heard,
    Link,
)
from forbear_server.gateways.letter_numbers import letter_number, printed_number
from forbear_server.gateways.letter_tracking import TrackingFolder
from forbear_server.gateways.link_watch import LinkWatch

TEMPLATES = Path(__file__).parent / "letter_templates"
LANGUAGES = ("zh-Hans", "en")
FONTS = (
    "Noto Serif CJK SC", "Source Han Serif SC", "SimSun", "Noto Sans CJK SC", "WenQuanYi Micro Hei",
)  # fmt: skip
MOST_ADDRESS_LINES, LONGEST_ADDRESS_LINE = 6, 60
MANIFEST = "manifest.jsonl"


@dataclass(frozen=True, slots=True)
class LetterSettings:
    """One sender of letters.

    `outgoing` is the folder the printing house empties (it keeps the manifest), `tracking` the one
    its carrier's files come to. `return_line` shows in the window: it must not say what the letter
    is about. `fonts` is a folder of fonts beside the system's.
    """

    sender: str
    sender_name: str
    return_line: str
    outgoing: Path
    tracking: Path | None = None
    footer: str = ""
    fonts: Path | None = None
    zone: str = "Asia/Shanghai"

    def __post_init__(self) -> None:
        if self.zone not in available_timezones():
            raise ValueError("zone is the name of a zone such as Asia/Shanghai")


class LetterGateway:
    """A sender of letters; see `forbear.contact.dispatch.Gateway`."""

    channel = Channel.LETTER
    at_once = 1

    def __init__(self, settings: LetterSettings, *, now: Callable[[], datetime]) -> None:
        self.sender = settings.sender
        self._settings, self._now = settings, now
        self._watch = LinkWatch()
        self._manifest = _Manifest(settings.outgoing)
        held = typst.Fonts(font_paths=[settings.fonts] if settings.fonts else [])
        self._fonts = [family for family in FONTS if family in set(held.families())]
        self._press = {
            language: typst.Compiler(TEMPLATES / f"{language}.typ", root=TEMPLATES, font_paths=held)
            for language in LANGUAGES
        }
        self._tracking = (
            TrackingFolder(settings.tracking, settings.sender, settings.zone)
            if settings.tracking
            else None
        )

    def send(self, batch: Sequence[Consignment], /) -> list[Answer]:
        """Each letter set, written and entered in the manifest."""
        return [self._send_one(consignment) for consignment in batch]

    def hear(self, /) -> list[Heard]:
        """Receipts from the carrier's files."""
        if self._tracking is None:
            return []
        try:
            return self._tracking.hear()
        except OSError:
            self._watch.failed()
            return []

    def link(self, /) -> Link:
        return self._watch.link() if self._fonts else Link.DOWN

    def close(self, /) -> None:
        """Nothing is open between letters."""

    def set_letter(self, consignment: Consignment) -> bytes:
        """The PDF; the same message gives the same bytes."""
        held, opens_at = self._settings, consignment.permit.opens_at
        day = opens_at.astimezone(ZoneInfo(held.zone))
        is_english = consignment.language == "en"
        data = {
            "sender_name": held.sender_name,
            "return_line": held.return_line,
            "footer_lines": held.footer.splitlines(),
            "address_lines": postal_lines(consignment.address),
            "number_printed": printed_number(letter_number(consignment.message_id)),
            "date_printed": f"{day:%-d %B %Y}"
            if is_english
            else f"{day:%Y}年{day.month}月{day.day}日",
            "subject": consignment.subject,
            "paragraphs": [p.splitlines() for p in consignment.text.split("\n\n") if p.strip()],
            "fonts": self._fonts,
        }
        press = self._press[consignment.language]
        inputs = {"letter": json.dumps(data, ensure_ascii=False)}
        pdf = press.compile(
            format="pdf", sys_inputs=inputs, timestamp=opens_at.replace(microsecond=0)
        )
        if not isinstance(pdf, bytes):
            raise typst.TypstError("not one document", "")
        return pdf

    def _send_one(self, consignment: Consignment) -> Answer:
        reason = self._obstacle(consignment)
        if reason:
            return Answer(consignment.message_id, Fate.REFUSED, reason=reason)
        if not self._fonts:
            return Answer(consignment.message_id, Fate.BUSY, reason="no_chinese_font")
        try:
            number = self._manifest.enter(
                consignment.message_id, self._now, self.set_letter, consignment
            )
        except typst.TypstError:
            return Answer(consignment.message_id, Fate.REFUSED, reason="letter_not_set")
        except OSError:
            self._watch.failed()
            return Answer(consignment.message_id, Fate.BUSY, reason="outgoing_not_writable")
        self._watch.went_well()
        return Answer(consignment.message_id, Fate.TAKEN, (number,))

    def _obstacle(self, consignment: Consignment) -> str:
        if consignment.sender != self.sender or consignment.channel is not self.channel:
            return "other_sender"
        if consignment.language not in LANGUAGES:
            return "no_template_for_language"
        if len(consignment.text) > LONGEST_TEXT:
            return "text_too_long"
        if not consignment.text.strip() or not consignment.subject.strip():
            return "text_empty"
        if not all(map(_is_printable, consignment.text + consignment.subject)):
            return "character_not_printable"
        try:
            postal_lines(consignment.address)
        except AddressFaulty as faulty:
            return faulty.code
        return ""


def postal_lines(address: str) -> list[str]:
    """The lines of the window: name, street, place; raises `AddressFaulty`.

    >>> postal_lines("林小满\\n幸福路 8 号 3 单元 501\\n江川市 210000")
    ['林小满', '幸福路 8 号 3 单元 501', '江川市 210000']
    """
    lines = [line.strip() for line in address.splitlines() if line.strip()]
    is_sound = 2 <= len(lines) <= MOST_ADDRESS_LINES and all(
        len(line) <= LONGEST_ADDRESS_LINE and all(map(_is_printable, line)) for line in lines
    )
    if not is_sound:
        raise AddressFaulty(
            f"The address is not for an envelope's window. Write 2 to {MOST_ADDRESS_LINES} lines of at "
            f"most {LONGEST_ADDRESS_LINE} characters: name, street and house, place."
        )
    return lines


def _is_printable(sign: str) -> bool:
    if sign == "\n":
        return True
    category = unicodedata.category(sign)
    return not category.startswith("C") and not (ord(sign) > 0xFFFF and category == "So")


class _Manifest:
    """The folder's list of letters, shared by processes through a lock on it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: dict[str, str] = {}
        self._read_until = 0

    def enter(
        self,
        message_id: UUID,
        now: Callable[[], datetime],
        set_letter: Callable[[Consignment], bytes],
        consignment: Consignment,
    ) -> str:
        """The letter's number; PDF and line are written unless the line is there."""
        with self._locked() as descriptor:
            self._read_on(descriptor)
            if (number := self._seen.get(str(message_id))) is not None:
                return number
            pdf, number = set_letter(consignment), letter_number(message_id)
            _write_whole(self._folder / f"{number}.pdf", pdf)
            line = {
                "number": number,
                "file": f"{number}.pdf",
                "sha256": hashlib.sha256(pdf).hexdigest(),
                "message_id": str(message_id),
                "language": consignment.language,
                "written_at": now().isoformat(),
            }
            os.write(descriptor, (json.dumps(line) + "\n").encode())
            os.fsync(descriptor)
            self._read_on(descriptor)
            return number

    @contextmanager
    def _locked(self) -> Iterator[int]:
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / MANIFEST
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o640)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield descriptor
        finally:
            os.close(descriptor)

    def _read_on(self, descriptor: int) -> None:
        """Lines since the last look; a last line cut by a crash was never answered and goes."""
        size = os.fstat(descriptor).st_size
        if size < self._read_until:  # the printing house began a new one
            self._seen, self._read_until = {}, 0
        octets = os.pread(descriptor, size - self._read_until, self._read_until)
        whole = octets[: octets.rfind(b"\n") + 1]
        for line in whole.splitlines():
            told = json.loads(line)
            self._seen[told["message_id"]] = told["number"]
        self._read_until += len(whole)
        if len(whole) < len(octets):
            os.ftruncate(descriptor, self._read_until)


def _write_whole(path: Path, octets: bytes) -> None:
    """The file whole or not at all."""
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        file.write(octets)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
