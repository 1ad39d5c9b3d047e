"""Why evidence is refused: one tree, each leaf with a stable code.

    ProofError (ValueError)
    ├── ProofMalformed            a proof, hash or size that cannot be one
    ├── RootMismatch              the hashes lead to another root: says which, expected, computed
    ├── KeyRefused                a verifier key or signing key that cannot be relied on
    │   └── AlgorithmMissing      this installation cannot check that kind of signature
    ├── NoteRefused               a signed note that must not be read
    │   ├── NoteMalformed         not the form of a signed note
    │   ├── SignatureWrong        a known key's signature does not hold
    │   └── NoteUnsigned          no known key signed it
    ├── CheckpointMalformed       the signed text is not a checkpoint
    ├── PolicyRefused
    │   ├── PolicyFaulty          a policy file that cannot be read: says the line
    │   └── QuorumMissing         too few of the named witnesses cosigned
    └── TileRefused               a file of the log: says its path
        ├── TileMissing           it is not there
        └── TileFaulty            its bytes cannot be, or are not, what the tree says

Every message says what happened, why it matters and what to do. The class stands below
`ValueError` alone, so that the verifying modules need nothing else of this project.
"""


class ProofError(ValueError):
    """Evidence was refused; nothing that it claims may be relied on."""

    code = "proof_refused"


class ProofMalformed(ProofError):
    """A proof, hash, index or size that cannot be one: nothing was compared."""

    code = "proof_malformed"


class RootMismatch(ProofError):
    """The hashes given lead to another root than the one claimed."""

    code = "root_mismatch"

    def __init__(self, *, which: str, expected: bytes, computed: bytes, advice: str) -> None:
        super().__init__(
            f"The {which} is not the one the hashes lead to: expected {expected.hex()}, computed "
            f"{computed.hex()}. The entry, the proof or the checkpoint was changed. {advice}"
        )
        self.which = which
        self.expected = expected
        self.computed = computed


class KeyRefused(ProofError):
    """A verifier key or signing key is malformed, contradicts itself, or is unsafe to use."""

    code = "key_refused"


class AlgorithmMissing(KeyRefused):
    """This installation's cryptography library cannot make or check that kind of signature."""

    code = "algorithm_missing"


class NoteRefused(ProofError):
    """A signed note that must not be read."""

    code = "note_refused"


class NoteMalformed(NoteRefused):
    """The text has not the form of a signed note."""

    code = "note_malformed"


class SignatureWrong(NoteRefused):
    """A known key's signature does not hold for this text: it was changed, or forged."""

    code = "signature_wrong"


class NoteUnsigned(NoteRefused):
    """No key that was given has signed this note."""

    code = "note_unsigned"


class CheckpointMalformed(ProofError):
    """The signed text is not a checkpoint: origin, size and root, one a line."""

    code = "checkpoint_malformed"


class PolicyRefused(ProofError):
    """A trust policy cannot be used, or is not met."""

    code = "policy_refused"


class PolicyFaulty(PolicyRefused):
    """A trust policy that cannot be read; the text says the line."""

    code = "policy_faulty"

    def __init__(self, line: int, message: str) -> None:
        super().__init__(f"Line {line} of the policy: {message}")
        self.line = line


class QuorumMissing(PolicyRefused):
    """Too few of the witnesses a policy asks for have cosigned the checkpoint."""

    code = "quorum_missing"


class TileRefused(ProofError):
    """A file of the log cannot be relied on."""

    code = "tile_refused"

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}")
        self.path = path


class TileMissing(TileRefused):
    """A file the tree needs is not there."""

    code = "tile_missing"


class TileFaulty(TileRefused):
    """A file of the log holds what cannot be, or is not, what the tree says."""

    code = "tile_faulty"
