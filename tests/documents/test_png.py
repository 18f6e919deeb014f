"""Pictures packed again: the same dots in fewer bytes."""

from __future__ import annotations

import struct
import zlib

import pytest

from evenhand.documents.png import SIGNATURE, repacked


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def picture(rows: bytes, *, cut: int, level: int = 0) -> bytes:
    """A PNG file of one grey byte a dot, its dots in chunks of ``cut`` bytes."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 100, len(rows) // 101, 8, 0, 0, 0, 0))
    packed = zlib.compress(rows, level)
    dots = b"".join(chunk(b"IDAT", packed[i : i + cut]) for i in range(0, len(packed), cut))
    return SIGNATURE + head + chunk(b"pHYs", bytes(9)) + dots + chunk(b"IEND", b"")


def chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    """Kind and body of each chunk, its checksum checked."""
    out, at = [], len(SIGNATURE)
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        assert struct.unpack_from(">I", data, at + 8 + length) == (zlib.crc32(kind + body),)
        out.append((kind, body))
        at += length + 12
    return out


@pytest.mark.parametrize("cut", [10, 100_000])
def test_the_dots_stay_and_the_bytes_go(cut: int) -> None:
    rows = bytes(101) * 50
    before = picture(rows, cut=cut)
    after = repacked(before)
    assert len(after) < len(before) / 10
    assert [kind for kind, _ in chunks(after)] == [b"IHDR", b"pHYs", b"IDAT", b"IEND"]
    assert chunks(after)[0] == chunks(before)[0]
    assert zlib.decompress(chunks(after)[2][1]) == rows
    assert repacked(after) == after


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(ValueError, match="not a PNG"):
        repacked(b"<svg/>")
