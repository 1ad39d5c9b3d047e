"""Trust policies: how they read, what is refused with its line, and who makes a quorum."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.log_files import made_entries
from evidence.sample_logs import LOG, VKEY, checkpoint_of, witness
from forbear.evidence.errors import NoteUnsigned, PolicyFaulty, QuorumMissing, SignatureWrong
from forbear.evidence.keys import SigningKey, new_signing_key
from forbear.evidence.notes import add_signatures
from forbear.evidence.policies import Policy

ENTRIES = made_entries(5)
WITNESSES = {
    f"{side}{n}": witness(f"{side}{n}.example", 10 * number + n, post_quantum=n == 3)
    for number, side in enumerate("XY", 1)
    for n in (1, 2, 3)
}
LINES = [
    f"log {VKEY} https://example.com/log",
    "",
    "# the witnesses",
    *(f" witness\t{name}  {key.verifier_key.vkey} " for name, key in WITNESSES.items()),
    "group X-witnesses 2 X1 X2 X3",
    "group Y-witnesses any Y1 Y2 Y3",
    "group X-and-Y all X-witnesses Y-witnesses",
    "quorum X-and-Y",
]
POLICY = "\n".join(LINES) + "\n"


def cosigned(*names: str, log: SigningKey = LOG) -> str:
    note = checkpoint_of(ENTRIES, log)
    return add_signatures(note, [WITNESSES[name] for name in names], signed_at=7) if names else note


def test_two_of_one_house_and_one_of_the_other() -> None:
    policy = Policy.parse(POLICY)
    for count in range(7):
        for names in itertools.combinations(WITNESSES, count):
            x_side = sum(name.startswith("X") for name in names)
            expected = x_side >= 2 and count > x_side
            keys = [WITNESSES[name].verifier_key for name in names]
            assert policy.is_quorum(keys) is expected, names


def test_a_checkpoint_is_signed_by_the_log_and_witnessed() -> None:
    policy = Policy.parse(POLICY)
    opened = policy.open_checkpoint(cosigned("X1", "X3", "Y2"))
    assert opened.checkpoint.size == 5
    assert [one.name for one in opened.signers] == [
        "example.com/log", "X1.example", "X3.example", "Y2.example",
    ]  # fmt: skip
    with pytest.raises(QuorumMissing, match=r"'X-and-Y'; .* there cosigned: 'X1', 'X2'"):
        policy.open_checkpoint(cosigned("X1", "X2"))
    with pytest.raises(QuorumMissing, match="there cosigned: none"):
        policy.open_checkpoint(cosigned())


def test_another_log_is_not_believed_however_well_witnessed() -> None:
    policy = Policy.parse(POLICY)
    stranger = new_signing_key(name="example.com/log", seed=bytes([9]) * 32)
    with pytest.raises(NoteUnsigned, match="not signed by a log of this policy"):
        policy.open_checkpoint(cosigned(*WITNESSES, log=stranger))
    named_otherwise = new_signing_key(name="example.com/elsewhere", seed=bytes(32))
    policy = Policy.parse(f"log {named_otherwise.verifier_key.vkey}\nquorum none\n")
    with pytest.raises(NoteUnsigned):
        policy.open_checkpoint(cosigned(log=named_otherwise))
    opened = policy.open_checkpoint(cosigned(log=named_otherwise), origin="example.com/log")
    assert opened.checkpoint.size == 5


def test_a_bad_cosignature_refuses_though_the_quorum_stands() -> None:
    other = add_signatures(checkpoint_of(ENTRIES[:4]), [WITNESSES["Y3"]], signed_at=7)
    bad_line = other.rstrip("\n").rpartition("\n")[2] + "\n"
    with pytest.raises(SignatureWrong, match=r"Y3\.example"):
        Policy.parse(POLICY).open_checkpoint(cosigned("X1", "X2", "Y1") + bad_line)


def test_a_policy_without_logs_takes_the_callers() -> None:
    policy = Policy.parse(f"witness w {WITNESSES['X1'].verifier_key.vkey}\nquorum w\n")
    assert policy.open_checkpoint(cosigned("X1"), [VKEY]).checkpoint.size == 5
    with pytest.raises(QuorumMissing):
        policy.open_checkpoint(cosigned("X2"), [VKEY])
    with pytest.raises(NoteUnsigned):
        policy.open_checkpoint(cosigned("X1"))


def test_a_policy_that_asks_for_no_witness() -> None:
    policy = Policy.parse(f"log {VKEY}\nquorum none")
    assert policy.open_checkpoint(cosigned()).checkpoint.size == 5


X1, X2 = (WITNESSES[name].verifier_key.vkey for name in ("X1", "X2"))
SAME_KEY = new_signing_key(name="other.example", seed=bytes(32)).verifier_key.vkey


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("", 1, "no quorum line"),
        (f"log {VKEY}\n\n", 3, "no quorum line"),
        ("quorum none\nquorum none\n", 2, "second quorum"),
        ("quorum w\n", 1, "'w' is not defined"),
        (f"quorum w\nwitness w {X1}\n", 1, "'w' is not defined"),
        (f"witness none {X1}\nquorum none\n", 1, "'none' is taken"),
        (f"witness w {X1}\nwitness w {X2}\n", 2, "'w' is taken"),
        (f"witness w {X1}\nwitness v {X1}\n", 2, "count twice"),
        (f"witness w {X1}\ngroup w any w\n", 2, "'w' is taken"),
        (f"log {VKEY}\nlog {VKEY}\n", 2, "listed before"),
        (f"log {VKEY}\nlog {SAME_KEY}\n", 2, "listed before"),
        (f"log {X1}\n", 1, "type 0x04; a log"),
        (f"witness w {VKEY}\n", 1, "type 0x01; a witness"),
        ("log example.com+00000000+AAAA\n", 1, "type 0x00"),
        ("witness w\n", 1, "is none of"),
        ("group g any\n", 1, "is none of"),
        ("group g any none\n", 1, "'none' is not defined"),
        (f"witness w {X1}\ngroup g 0 w\n", 2, "'0' of 1"),
        (f"witness w {X1}\ngroup g 2 w\n", 2, "'2' of 1"),
        (f"witness w {X1}\ngroup g 01 w\n", 2, "'01' of 1"),
        (f"witness w {X1}\ngroup g -1 w\n", 2, "'-1' of 1"),
        (f"witness w {X1}\ngroup g most w\n", 2, "'most' of 1"),
        (f"witness w {X1}\ngroup g any w w\n", 2, "already a member"),
        (f"witness w {X1}\ngroup g any w\ngroup h any w\n", 3, "already a member"),
        ("group g any g\n", 1, "'g' is not defined"),
        ("quorum none extra\n", 1, "is none of"),
        ("Quorum none\n", 1, "is none of"),
        ("quorum none\r\n", 1, "octet 0x0d"),
        ("quorum\u00a0none\n", 1, "is none of"),
        ("# \x7f\nquorum none\n", 1, "octet 0x7f"),
    ],
)
def test_a_faulty_policy_names_its_line(text: str, line: int, told: str) -> None:
    with pytest.raises(PolicyFaulty, match=f"Line {line} of the policy: ") as faulty:
        Policy.parse(text)
    assert told in str(faulty.value)
    assert (faulty.value.line, faulty.value.code) == (line, "policy_faulty")


def test_names_are_octets() -> None:
    kelvin, latin = b"\xe2\x84\xaa", b"\xff"
    lines = [b"witness " + kelvin + b" " + X1.encode(), b"witness K " + X2.encode()]
    policy = Policy.parse(b"\n".join([*lines, b"quorum " + kelvin, b""]))
    assert policy.is_quorum([WITNESSES["X1"].verifier_key])
    assert not policy.is_quorum([WITNESSES["X2"].verifier_key])
    odd = Policy.parse(b"witness " + latin + b" " + X1.encode() + b"\nquorum " + latin + b"\n")
    with pytest.raises(QuorumMissing):
        odd.open_checkpoint(cosigned(), [VKEY])


@given(st.data())
def test_a_quorum_never_ends_when_more_cosign(data: st.DataObject) -> None:
    names = list(WITNESSES)
    lines = LINES[:9]
    free = list(names)
    for number in range(data.draw(st.integers(1, 4))):
        if not free:
            break
        members = data.draw(st.lists(st.sampled_from(free), min_size=1, unique=True))
        count = data.draw(st.integers(1, len(members)))
        lines.append(f"group g{number} {count} {' '.join(members)}")
        free = [one for one in free if one not in members] + [f"g{number}"]
    policy = Policy.parse("\n".join([*lines, f"quorum {free[-1]}", ""]))
    some = data.draw(st.sets(st.sampled_from(names)))
    more = some | data.draw(st.sets(st.sampled_from(names)))
    keys = {name: WITNESSES[name].verifier_key for name in names}
    is_some, is_more = (policy.is_quorum(keys[one] for one in names_) for names_ in (some, more))
    assert is_more or not is_some
    assert policy.is_quorum(keys.values())
    assert not policy.is_quorum([])
