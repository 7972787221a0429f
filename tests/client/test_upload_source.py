"""The source of an upload."""

import io
import os
import threading
from pathlib import Path

import pytest

from tftptui.client.upload_source import open_original
from tftptui.files.source import Source
from tftptui.protocol.packets import Mode


def content(source: Source) -> bytes:
    """Return the first 100 bytes, and close it."""
    room = bytearray(100)
    count = source.read_into([memoryview(room)], 0)
    source.close()
    return bytes(room[:count])


def test_file_and_its_size(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"one\ntwo")
    source = open_original(str(tmp_path / "f"), Mode.OCTET)
    assert (source.size, content(source)) == (7, b"one\ntwo")


def test_netascii_is_turned(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"one\ntwo")
    source = open_original(str(tmp_path / "f"), Mode.NETASCII)
    assert (source.size, content(source)) == (None, b"one\r\ntwo")


def test_dash_is_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"piped")))
    source = open_original("-", Mode.OCTET)
    assert (source.size, content(source)) == (5, b"piped")


def test_pipe_is_read_to_its_end(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(b"through",))
    writer.start()
    source = open_original(str(pipe), Mode.OCTET)
    writer.join()
    assert (source.size, content(source)) == (7, b"through")


def test_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError, match="Is a directory"):
        open_original(str(tmp_path), Mode.OCTET)


def test_missing_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        open_original(str(tmp_path / "missing"), Mode.OCTET)
