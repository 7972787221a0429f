import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tftptui.knowledge.checksums import Expected, expected, places

SHA = hashlib.sha256(b"x").hexdigest()
MD5 = hashlib.md5(b"x", usedforsecurity=False).hexdigest()
OTHER = "0" * 64


@pytest.mark.parametrize(
    ("text", "of", "place"),
    [
        (f"{SHA}  fw.bin", b"fw.bin", b"SHA256SUMS"),
        (f"{SHA} *fw.bin", b"fw.bin", b"SHA256SUMS"),
        (f"{SHA}  ./fw.bin", b"fw.bin", b"SHA256SUMS"),
        (f"{OTHER}  old.bin\n{SHA}  fw.bin\n", b"fw.bin", b"SHA256SUMS"),
        (f"# made by us\n\n{SHA.upper()}\tfw.bin\r\n", b"fw.bin", b"SHA256SUMS"),
        (f"SHA256 (fw.bin) = {SHA}", b"fw.bin", b"SHA256SUMS"),
        (f"{SHA}  a/fw.bin", b"pxe/a/fw.bin", b"pxe/SHA256SUMS"),
        (SHA, b"a/fw.bin", b"a/fw.bin.sha256"),
        (f"{SHA}  /build/out/fw.bin", b"a/fw.bin", b"a/fw.bin.sha256"),
        (f"{SHA}  fw.bin", b"a/fw.bin", b"a/fw.bin.sha256sum"),
    ],
)
def test_what_is_expected_is_found(text: str, of: bytes, place: bytes) -> None:
    assert expected(text, of=of, place=place) == Expected("sha256", SHA)


def test_md5_is_told_by_its_length() -> None:
    told = expected(f"{MD5}  fw.bin", of=b"fw.bin", place=b"MD5SUMS")
    assert told == Expected("md5", MD5)


@pytest.mark.parametrize(
    ("text", "of", "place"),
    [
        (f"{SHA}  other.bin", b"fw.bin", b"SHA256SUMS"),
        (f"{SHA}  a/fw.bin", b"fw.bin", b"SHA256SUMS"),
        (f"{SHA}  fw.bin", b"a/fw.bin", b"SHA256SUMS"),
        (SHA, b"fw.bin", b"SHA256SUMS"),
        (f"{SHA[:-1]}  fw.bin", b"fw.bin", b"SHA256SUMS"),
        ("", b"fw.bin", b"fw.bin.sha256"),
    ],
)
def test_of_other_files_nothing_is_said(text: str, of: bytes, place: bytes) -> None:
    assert expected(text, of=of, place=place) is None


def test_the_nearest_place_comes_first() -> None:
    found = [*places(b"a/b/fw.bin")]
    assert found[0] == b"a/b/fw.bin.sha256"
    order = [found.index(one) for one in (b"a/b/SHA256SUMS", b"a/SHA256SUMS")]
    assert [*order, found.index(b"SHA256SUMS")] == sorted(
        [*order, found.index(b"SHA256SUMS")]
    )


@given(text=st.text(), of=st.binary(min_size=1), place=st.binary())
def test_any_text_can_be_read(text: str, of: bytes, place: bytes) -> None:
    expected(text, of=of, place=place)
