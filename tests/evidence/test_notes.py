"""Signed notes: what opens, what is refused, and why."""

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.sample_logs import LOG, LOOKED_AT, VKEY, witness
from forbear.evidence.cosignatures import signed_message
from forbear.evidence.errors import (
    CheckpointMalformed,
    KeyRefused,
    NoteMalformed,
    NoteUnsigned,
    ProofError,
    SignatureWrong,
)
from forbear.evidence.keys import SigningKey, new_signing_key
from forbear.evidence.notes import (
    Checkpoint,
    add_signatures,
    open_checkpoint,
    open_note,
    sign_note,
)

OTHER = new_signing_key(name="example.com/other", seed=bytes([7]) * 32)
TEXT = "one line\n\nand one below an empty one\n"
NOTE = sign_note(TEXT, [LOG, OTHER])
LOG_LINE, OTHER_LINE = (f"{line}\n" for line in NOTE.split("\n")[4:6])
HEAD = Checkpoint("example.com/log", 8, bytes(32)).text
COSIGNERS = [witness("example.com/w1", 1), witness("example.com/w2", 2, post_quantum=True)]


def vkeys(*keys: SigningKey) -> list[str]:
    return [key.verifier_key.vkey for key in keys]


def test_a_note_says_who_signed_in_its_order() -> None:
    opened = open_note(NOTE, vkeys(OTHER, LOG))
    assert opened.text == TEXT
    assert [(one.name, one.key_id, one.vkey) for one in opened.signers] == [
        ("example.com/log", "1dde4531", VKEY),
        ("example.com/other", OTHER.verifier_key.key_id, OTHER.verifier_key.vkey),
    ]
    assert [one.signed_at for one in opened.signers] == [None, None]


def test_an_unknown_key_is_passed_over() -> None:
    assert [one.name for one in open_note(NOTE, [VKEY]).signers] == ["example.com/log"]
    forged = OTHER_LINE.replace(" ", "x ", 2).replace("—x", "—")
    assert open_note(f"{TEXT}\n{LOG_LINE}{forged}", [VKEY]).text == TEXT


@pytest.mark.parametrize("keys", [[], vkeys(OTHER)])
def test_without_a_known_key_nobody_answers(keys: list[str]) -> None:
    with pytest.raises(NoteUnsigned, match=r"signed it is by example\.com/log\+1dde4531"):
        open_note(f"{TEXT}\n{LOG_LINE}", keys)


def test_a_bad_signature_of_a_known_key_refuses_though_another_is_good() -> None:
    with pytest.raises(SignatureWrong, match=r"example\.com/other\+"):
        open_note(NOTE.replace("one line", "One line"), vkeys(OTHER))
    wrong = OTHER_LINE[:-6] + "AAAA=\n"
    with pytest.raises(ProofError):
        open_note(f"{TEXT}\n{LOG_LINE}{wrong}", vkeys(LOG, OTHER))


def test_a_repeated_signature_counts_once_and_is_checked_again() -> None:
    assert len(open_note(f"{TEXT}\n{LOG_LINE * 3}", [VKEY]).signers) == 1
    other_text = sign_note("else\n", [LOG]).split("\n")[2] + "\n"
    with pytest.raises(SignatureWrong):
        open_note(f"{TEXT}\n{LOG_LINE}{other_text}", [VKEY])


def test_a_key_given_twice_is_ambiguous_only_where_it_signed() -> None:
    with pytest.raises(KeyRefused, match="Give each key once"):
        open_note(NOTE, [VKEY, VKEY])
    assert open_note(f"{TEXT}\n{LOG_LINE}", [VKEY, *vkeys(OTHER, OTHER)]).text == TEXT


def test_a_hundred_signatures_are_read_and_one_more_is_not() -> None:
    assert open_note(f"{TEXT}\n{LOG_LINE * 100}", [VKEY]).text == TEXT
    with pytest.raises(NoteMalformed, match="101 signatures"):
        open_note(f"{TEXT}\n{LOG_LINE * 101}", [VKEY])


@pytest.mark.parametrize(
    "note",
    [
        "", "\n", "\n\n", TEXT, TEXT + "\n", TEXT + LOG_LINE, f"{TEXT}\n{LOG_LINE[:-1]}",
        f"{TEXT}\n{LOG_LINE}\n", f"{TEXT}\n{LOG_LINE} \n", f"\x01{TEXT}\n{LOG_LINE}",
        f"{TEXT}\n{LOG_LINE}".replace("\n", "\r\n"), f"\t{TEXT}\n{LOG_LINE}",
        f"\ud800{TEXT}\n{LOG_LINE}", f"{TEXT}\n{LOG_LINE}Another line.\n",
        f"{TEXT}\n{LOG_LINE[1:]}", f"{TEXT}\n{LOG_LINE.replace('— ', '- ')}",
        f"{TEXT}\n{LOG_LINE.replace('— ', '—  ')}", f"{TEXT}\n{LOG_LINE.replace('/log', ' log')}",
        f"{TEXT}\n{LOG_LINE.replace('/log', '+log')}",
        f"{TEXT}\n{LOG_LINE.replace('/log', chr(0x2003))}",
        f"{TEXT}\n— example.com/log \n", f"{TEXT}\n— example.com/log\n", f"{TEXT}\n— x AAAA\n",
        f"{TEXT}\n{LOG_LINE[:-3]}\n", f"{TEXT}\n{LOG_LINE[:-1]}=\n", f"{TEXT}\n{LOG_LINE[:-1]} \n",
    ],
)  # fmt: skip
def test_what_is_no_signed_note_is_refused(note: str) -> None:
    with pytest.raises(NoteMalformed):
        open_note(note, [VKEY])


def test_a_key_list_is_a_list() -> None:
    with pytest.raises(KeyRefused, match="a list of verifier keys"):
        open_note(NOTE, VKEY)


@given(st.text(st.characters(codec="utf-8", min_codepoint=0x20) | st.just("\n")), st.booleans())
def test_any_text_comes_back_as_it_was_signed(text: str, is_both: bool) -> None:
    signed = text + "\n"
    keys = [LOG, OTHER] if is_both else [LOG]
    assert open_note(sign_note(signed, keys), vkeys(*keys)).text == signed


@given(st.integers(0, 10_000), st.integers(1, 0x10FF))
def test_any_change_of_a_character_is_refused(position: int, shift: int) -> None:
    note = sign_note(HEAD, [LOG])
    where = position % len(note)
    other = chr((ord(note[where]) + shift) % 0xD000)
    if other == note[where]:
        return
    with pytest.raises(ProofError):
        open_note(note[:where] + other + note[where + 1 :], [VKEY])


@given(st.data())
def test_any_change_of_a_byte_is_refused_with_every_kind_of_signature(data: st.DataObject) -> None:
    keys = [LOG, *COSIGNERS]
    note = sign_note(HEAD, keys, signed_at=LOOKED_AT).encode()
    where = data.draw(st.integers(0, len(note) - 1))
    changed = bytearray(note)
    changed[where] ^= data.draw(st.integers(1, 255))
    try:
        text = changed.decode()
    except UnicodeDecodeError:
        return
    try:
        opened = open_note(text, vkeys(*keys))
    except ProofError:
        return
    # a changed name or key id makes the line that of an unknown key, which nobody counts
    assert opened.text == HEAD
    assert len(opened.signers) == 2


def test_cosigners_state_when_they_looked() -> None:
    note = add_signatures(sign_note(HEAD, [LOG]), COSIGNERS, signed_at=LOOKED_AT)
    opened = open_note(note, vkeys(LOG, *COSIGNERS))
    assert [one.signed_at for one in opened.signers] == [None, LOOKED_AT, LOOKED_AT]
    later = add_signatures(note, COSIGNERS[:1], signed_at=LOOKED_AT + 60)
    assert [one.signed_at for one in open_note(later, vkeys(LOG, *COSIGNERS)).signers] == [
        None,
        LOOKED_AT,
        LOOKED_AT + 60,
    ]


def test_a_cosignature_is_of_a_checkpoint_and_has_a_time() -> None:
    with pytest.raises(CheckpointMalformed):
        sign_note("no checkpoint\n", COSIGNERS[:1], signed_at=LOOKED_AT)
    with pytest.raises(NoteMalformed, match="give signed_at"):
        sign_note(HEAD, COSIGNERS[:1])
    for moment in (-1, 2**63):
        with pytest.raises(NoteMalformed, match="POSIX seconds"):
            sign_note(HEAD, COSIGNERS[:1], signed_at=moment)
    assert open_note(sign_note(HEAD, COSIGNERS[1:]), vkeys(*COSIGNERS)).signers[0].signed_at == 0


def test_extension_lines_under_a_post_quantum_signature_alone_are_refused() -> None:
    extended = HEAD + "promises the moon\n"
    alone = sign_note(extended, COSIGNERS[1:], signed_at=LOOKED_AT)
    with pytest.raises(NoteUnsigned, match="1 extension lines are under no checked signature"):
        open_note(alone, vkeys(*COSIGNERS))
    both = add_signatures(alone, [LOG])
    assert open_note(both, vkeys(LOG, *COSIGNERS)).text == extended


def test_a_checkpoint_is_the_logs_own() -> None:
    cosigned = add_signatures(sign_note(HEAD, [LOG]), COSIGNERS, signed_at=LOOKED_AT)
    assert open_checkpoint(cosigned, [VKEY]).checkpoint == Checkpoint.parse(HEAD)
    with pytest.raises(NoteUnsigned, match=r"signed by example\.com/w1, but not by the log"):
        open_checkpoint(cosigned, vkeys(*COSIGNERS[:1]))
    by_other = sign_note(HEAD, [OTHER])
    with pytest.raises(NoteUnsigned, match="not by the log"):
        open_checkpoint(by_other, vkeys(OTHER))
    assert open_checkpoint(by_other, vkeys(OTHER), origin="example.com/log").checkpoint.size == 8
    with pytest.raises(NoteUnsigned, match="another log"):
        open_checkpoint(cosigned, [VKEY], origin="example.com/else")


def test_a_witness_with_the_logs_name_is_not_the_log() -> None:
    double = witness("example.com/log", 5)
    with pytest.raises(NoteUnsigned, match="not by the log"):
        open_checkpoint(sign_note(HEAD, [double], signed_at=LOOKED_AT), vkeys(double))


@pytest.mark.parametrize("cosigner", COSIGNERS, ids=["Ed25519", "ML-DSA-44"])
@pytest.mark.parametrize(("moment", "holds"), [(0, True), (2**63 - 1, True), (2**63, False)])
def test_a_time_past_what_the_specification_allows(
    cosigner: SigningKey, moment: int, holds: bool
) -> None:
    key = cosigner.verifier_key
    signature = moment.to_bytes(8, "big") + cosigner.sign(signed_message(key, HEAD, moment))
    line = b64encode(bytes.fromhex(key.key_id) + signature).decode()
    note = f"{HEAD}\n— {key.name} {line}\n"
    if holds:
        assert open_note(note, [key.vkey]).signers[0].signed_at == moment
    else:
        with pytest.raises(SignatureWrong):
            open_note(note, [key.vkey])


@pytest.mark.parametrize(
    "text",
    [
        "", "a\n", "a\n1\n", "a\n1\n" + "A" * 43 + "=", "a\n01\n" + "A" * 43 + "=\n",
        "a\n-1\n" + "A" * 43 + "=\n", "a\n+1\n" + "A" * 43 + "=\n", "a\n1 \n" + "A" * 43 + "=\n",
        "a\n１\n" + "A" * 43 + "=\n", "a\n18446744073709551616\n" + "A" * 43 + "=\n",
        "\n1\n" + "A" * 43 + "=\n", "a\n1\n" + "A" * 42 + "B=\n", "a\n1\n" + "A" * 44 + "\n",
        "a\n1\n" + "A" * 40 + "\n", "a\n1\n" + "A" * 43 + "\n", "a\n1\n" + "A" * 43 + "=\n\n",
        "a\n1\n" + "A" * 43 + "=\nmore", "a\n1\n" + "A" * 43 + "=\nmore\n\n", "a\tb\n1\n"
        + "A" * 43 + "=\n",
    ],
)  # fmt: skip
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(CheckpointMalformed):
        Checkpoint.parse(text)


@given(
    st.text(st.characters(codec="utf-8", min_codepoint=0x20), min_size=1),
    st.integers(0, 2**64 - 1),
    st.binary(min_size=32, max_size=32),
    st.lists(st.text(st.characters(codec="utf-8", min_codepoint=0x20), min_size=1), max_size=3),
)
def test_a_checkpoint_has_one_spelling(
    origin: str, size: int, root: bytes, extensions: list[str]
) -> None:
    head = Checkpoint(origin, size, root, tuple(extensions))
    assert Checkpoint.parse(head.text) == head


def test_what_cannot_be_signed() -> None:
    for text in ("", "no newline", "bell\a\n", "\ud800\n"):
        with pytest.raises(NoteMalformed):
            sign_note(text, [LOG])
    with pytest.raises(NoteMalformed, match="given twice"):
        sign_note(TEXT, [LOG, LOG.skey])
    with pytest.raises(NoteMalformed, match="at least one"):
        sign_note(TEXT, [])
    with pytest.raises(NoteMalformed, match="at most 100"):
        add_signatures(f"{TEXT}\n{LOG_LINE * 100}", [OTHER])
