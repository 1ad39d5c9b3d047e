"""Names and contents of a log's files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forbear.evidence.errors import TileFaulty
from forbear.evidence.tiles import (
    Tile,
    decode_bundle,
    encode_bundle,
    entries_path,
    level_count,
    parse_tile_path,
    tile_path,
    tiles_of,
)


@pytest.mark.parametrize(
    ("level", "index", "width", "path"),
    [
        (0, 0, 256, "tile/0/000"),
        (0, 0, 1, "tile/0/000.p/1"),
        (1, 999, 256, "tile/1/999"),
        (2, 1_000, 255, "tile/2/x001/000.p/255"),
        (63, 1_234_067, 256, "tile/63/x001/x234/067"),
        (None, 1_234_067, 8, "tile/entries/x001/x234/067.p/8"),
    ],
)
def test_a_tile_has_one_name(level: int | None, index: int, width: int, path: str) -> None:
    tile = Tile(level, index, width)
    assert tile.path == path
    assert parse_tile_path(path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "", "checkpoint", "tile", "tile/0", "tile/0/", "tile/0/00", "tile/0/0000", "tile/00/000",
        "tile/64/000", "tile/-1/000", "tile/0/x001", "tile/0/001/000", "tile/0/x000/001",
        "tile/0/000.p", "tile/0/000.p/", "tile/0/000.p/0", "tile/0/000.p/08", "tile/0/000.p/256",
        "tile/0/000.p/999", "tile/0/000.p/1/", "/tile/0/000", "tile/0/000\n", "tile/0/０００",
        "tile/entries/../000", "tile/../checkpoint", "tile/entries/x000/000", "tile/data/000",
        "tile/0/000.P/1", "tile/0/X001/000", "tile/0/" + "x001/" * 7 + "000",
    ],
)  # fmt: skip
def test_any_other_path_is_refused(path: str) -> None:
    with pytest.raises(TileFaulty, match="no file of a log is called so"):
        parse_tile_path(path)


@given(st.one_of(st.none(), st.integers(0, 63)), st.integers(0, 2**64 - 1), st.integers(1, 256))
def test_names_are_read_as_they_are_written(level: int | None, index: int, width: int) -> None:
    tile = Tile(level, index, width)
    assert parse_tile_path(tile.path) == tile


def test_no_name_for_what_cannot_be() -> None:
    for level, index, width in ((-1, 0, 256), (64, 0, 256), (0, -1, 256), (0, 0, 0), (0, 0, 257)):
        with pytest.raises(TileFaulty):
            tile_path(level, index, width)
    with pytest.raises(TileFaulty):
        entries_path(-1)


def test_the_tree_of_70_000_has_the_files_of_the_specification() -> None:
    # c2sp.org/tlog-tiles: 273 full level-0 tiles and one of 112, one full of level 1 and one of
    # 17, one of level 2 and width 1; bundles as level 0
    paths = [tile.path for tile in tiles_of(70_000)]
    assert len(paths) == 274 + 274 + 2 + 1
    assert paths[273] == "tile/entries/273.p/112"
    assert paths[-4:] == ["tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"]
    assert [tile.path for tile in tiles_of(256)][-1] == "tile/1/000.p/1"
    assert list(tiles_of(0)) == []
    assert level_count(0) == 0


@given(st.lists(st.binary(max_size=400), min_size=1, max_size=256))
def test_a_bundle_holds_what_was_put_in(entries: list[bytes]) -> None:
    assert decode_bundle(encode_bundle(entries)) == entries


def test_a_bundle_keeps_the_longest_entry() -> None:
    longest = b"x" * 65_535
    assert decode_bundle(encode_bundle([longest, b""])) == [longest, b""]
    with pytest.raises(TileFaulty, match="entry 1 has 65536 bytes"):
        encode_bundle([b"", longest + b"x"])


@given(st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=9), st.data())
def test_a_bundle_cut_anywhere_is_not_read_as_whole(
    entries: list[bytes], data: st.DataObject
) -> None:
    whole = encode_bundle(entries)
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]
    try:
        assert decode_bundle(cut, "tile/entries/007") == entries[: len(decode_bundle(cut))]
        assert cut in [encode_bundle(entries[:n]) for n in range(1, len(entries))]
    except TileFaulty as faulty:
        assert str(faulty).startswith("tile/entries/") and faulty.code == "tile_faulty"


def test_bundles_of_no_entries_and_of_too_many() -> None:
    for data in (b"", b"\0\0" * 257):
        with pytest.raises(TileFaulty, match="1 to 256"):
            decode_bundle(data)
    with pytest.raises(TileFaulty):
        encode_bundle([])
    with pytest.raises(TileFaulty, match="cut short"):
        decode_bundle(b"\0")
