"""The log as static files: C2SP tlog-tiles, for anybody, without signing in.

Entries hold no personal data, so everybody may mirror and check them. A tile never changes under
its name and may be kept for ever; the checkpoint always has to be asked for anew.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from forbear.evidence.checkpoints import Checkpoint
from forbear.evidence.errors import ProofError
from forbear.evidence.tiles import TILE_WIDTH, Tile, level_width, parse_tile_path
from forbear_server.store.log_files import log_folder

FOR_EVER = "public, max-age=31536000, immutable"
_BYTES = "application/octet-stream"
_TEXT = "text/plain; charset=utf-8"


@require_safe
def checkpoint(request: HttpRequest) -> HttpResponse:
    """The newest signed head."""
    return _answer(_read("checkpoint"), _TEXT, "no-cache")


@require_safe
def tile(request: HttpRequest, name: str) -> HttpResponse:
    """A hash tile or a bundle of entries under the newest head; 404 for every other name."""
    try:
        asked = parse_tile_path(name)
        head = Checkpoint.parse(_read("checkpoint").decode().partition("\n\n")[0] + "\n")
    except ProofError:
        raise Http404 from None
    if not _is_published(asked, head.size):
        raise Http404
    return _answer(_read(asked.path), _BYTES, FOR_EVER)


def _is_published(asked: Tile, size: int) -> bool:
    """Whether a checkpoint covers all of it: what was written but not signed yet stays unseen."""
    return asked.index * TILE_WIDTH + asked.width <= level_width(size, asked.level or 0)


def _read(name: str) -> bytes:
    try:
        return (log_folder() / name).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise Http404 from None


def _answer(content: bytes, kind: str, kept: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer["Cache-Control"] = kept
    # A mirror or a page of somebody else may read it: it is public.
    answer["Access-Control-Allow-Origin"] = "*"
    return answer
