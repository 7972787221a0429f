"""A continuous capture: the file, its successor, write errors."""

import errno
import os
from pathlib import Path

import msgspec
import pytest

from tests.support.capture_files import dissected, read
from tests.support.captured import Log, boot, windows
from tftptui.telemetry.capture.frames import ETHERNET
from tftptui.telemetry.capture.packets import Seen
from tftptui.telemetry.capture.place import CaptureError, CapturePlace
from tftptui.telemetry.capture.rebuilt import Raw
from tftptui.telemetry.capture.scribe import Batch, Scribe, WireFrame
from tftptui.telemetry.records.ring import PacketRing


class Whole:
    """A file whose bytes are all known."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.closed = False

    def read(self, offset: int, nbytes: int) -> bytes:
        return self._data[offset : offset + nbytes]

    def close(self) -> None:
        self.closed = True


def _batch(*logs: Log, raws: dict[int, Raw] | None = None, missed: int = 0) -> Batch:
    ring = PacketRing(10_000)
    for log in logs:
        for record, note in log.records:
            ring.append(record, note)
    return Batch(
        first=0,
        packed=ring.packed(0),
        notes=ring.notes(0),
        raws=raws or {},
        ended=[log.transfer.number for log in logs],
        missed=missed,
    )


def _payloads(place: Path) -> list[bytes]:
    frames, troubles = read(place.read_bytes())
    assert troubles == []
    return [
        seen.datagram.payload for seen in dissected(frames) if isinstance(seen, Seen)
    ]


def _written(place: CapturePlace, *batches: Batch, snaplen: int | None = None) -> None:
    scribe = Scribe(place.open(), place, snaplen)
    for batch in batches:
        scribe.write(batch)
    scribe.finish()


@pytest.fixture
def place(tmp_path: Path) -> CapturePlace:
    return CapturePlace(tmp_path / "boot.pcapng")


def test_payload_comes_from_the_file(place: CapturePlace) -> None:
    log, content = windows(), Whole(bytes(range(256)) * 20)
    scribe = Scribe(place.open(), place, None)
    scribe.opened(log.transfer, content)
    scribe.write(_batch(log))
    scribe.finish()
    data = [each for each in _payloads(place.path) if each[:2] == b"\0\3"]
    assert b"".join(each[4:] for each in data) == (bytes(range(256)) * 20)[:4_708]
    assert content.closed


def test_datagram_that_was_kept_is_written_as_it_was(place: CapturePlace) -> None:
    raw = Raw(b"\0\1x\0octet\0odd", ("10.0.4.9", 7), ("10.0.0.9", 69))
    _written(place, _batch(boot(), raws={0: raw}))
    assert _payloads(place.path)[0] == raw.data


def test_snap_length_cuts_every_frame(place: CapturePlace) -> None:
    _written(place, _batch(boot()), snaplen=60)
    frames, _ = read(place.path.read_bytes())
    assert max(len(each.data) for each in frames) == 60


def test_missing_records_are_told_at_the_end(place: CapturePlace) -> None:
    _written(place, _batch(boot(), missed=7))
    data = place.path.read_bytes()
    assert (7).to_bytes(8, "little") in data[-40:]
    assert read(data)[1] == []


def test_capture_that_is_there_is_continued(place: CapturePlace) -> None:
    _written(place, _batch(boot()))
    _written(place, _batch(windows()))
    assert len(_payloads(place.path)) == 9 + 16


def test_capture_that_breaks_off_makes_way(place: CapturePlace) -> None:
    _written(place, _batch(boot()))
    os.truncate(place.path, place.path.stat().st_size - 3)
    _written(place, _batch(windows()))
    assert len(_payloads(place.path)) == 16
    assert place.path.with_name("boot-1.pcapng").exists()


def test_full_file_is_renamed_and_the_oldest_goes(tmp_path: Path) -> None:
    place = CapturePlace(tmp_path / "boot.pcapng", size=2_000, files=3)
    _written(place, *[_batch(boot())] * 12)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["boot-1.pcapng", "boot-2.pcapng", "boot.pcapng"]
    for path in tmp_path.iterdir():
        assert _payloads(path)
        assert path.stat().st_size < 2_000 + 500


def test_only_file_starts_over_when_it_is_full(tmp_path: Path) -> None:
    place = CapturePlace(tmp_path / "boot.pcapng", size=2_000, files=1)
    _written(place, *[_batch(boot())] * 12)
    assert [path.name for path in tmp_path.iterdir()] == ["boot.pcapng"]


class TestRefused:
    def test_file_that_is_no_capture(self, place: CapturePlace) -> None:
        place.path.write_text("a letter to my aunt")
        with pytest.raises(CaptureError, match="not a pcapng file; choose another"):
            place.open()
        assert place.path.read_text() == "a letter to my aunt"

    def test_folder_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(CaptureError, match="No such file"):
            CapturePlace(tmp_path / "no" / "boot.pcapng").open()

    @pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo])
    def test_what_is_no_file(self, tmp_path: Path, make: object) -> None:
        assert callable(make)
        make(tmp_path / "there")
        with pytest.raises(CaptureError, match=r"cannot write|not a regular file"):
            CapturePlace(tmp_path / "there").open()


def test_full_disk_is_told(place: CapturePlace) -> None:
    scribe = Scribe(os.open("/dev/full", os.O_WRONLY), place, None)
    with pytest.raises(CaptureError, match=os.strerror(errno.ENOSPC)):
        scribe.write(_batch(boot()))
    with pytest.raises(CaptureError):
        scribe.finish()


def test_frames_of_the_wire_stand_between_the_packets_on_their_own_interface(
    place: CapturePlace,
) -> None:
    log = boot()
    (first, _), *_, (last, _) = log.records
    arp = bytes(12) + b"\x08\x06" + bytes(46)
    frames = [
        WireFrame(one, "eth1", arp, is_sent)
        for one, is_sent in ((first.time - 1, False), (last.time + 1, True))
    ]
    batch = msgspec.structs.replace(_batch(log), frames=frames)
    _written(place, batch, snaplen=40)
    captured, troubles = read(place.path.read_bytes())
    assert troubles == []
    on_wire = [one for one in captured if one.link_type == ETHERNET]
    assert on_wire == [captured[0], captured[-1]]
    assert [(one.data, one.length) for one in on_wire] == [(arp[:40], 60)] * 2
