"""Captures that keep only the beginning of packets."""

from pathlib import Path

import pytest

from tests.support.capture_files import COOKED, LINKS, datagram, pcap
from tests.support.talk import SERVER, Talk
from tftptui.protocol.errors import PeerError
from tftptui.protocol.packets import (
    ErrorPacket,
    Mode,
    Oack,
    ReadRequest,
    encode_ack,
    encode_data,
    encode_oack,
    encode_request,
)
from tftptui.replay.reading import Reading
from tftptui.replay.truncated import parse_kept
from tftptui.telemetry.capture.frames import Datagram, frame

OPTIONS = ((b"tsize", b"0"), (b"blksize", b"1428"))
REQUEST = encode_request(ReadRequest(b"kernel.bin", Mode.OCTET, OPTIONS))
OACK = encode_oack(((b"tsize", b"2000"), (b"blksize", b"1428")))
ETHERNET_TO_UDP = 14 + 20 + 8
SHORT = "truncated by the capture"
GONE = "truncated before the UDP header"
WHOLE = "to capture whole packets: tcpdump -s 0 (tftptui: no --snaplen)"


def kept(payload: bytes, nbytes: int) -> Datagram:
    """Return a datagram with only the first NBYTES bytes kept."""
    return Datagram(0, ("", 0), ("", 0), payload[:nbytes], len(payload), is_sent=False)


@pytest.mark.parametrize(
    ("nbytes", "options"),
    [(13, ()), (17, ()), (19, ()), (26, ()), (27, OPTIONS[:1]), (39, OPTIONS[:1])],
)
def test_request_is_read_as_far_as_it_goes(
    nbytes: int, options: tuple[tuple[bytes, bytes], ...]
) -> None:
    found = parse_kept(kept(REQUEST, nbytes))
    assert found == ReadRequest(b"kernel.bin", Mode.OCTET, options)


@pytest.mark.parametrize("nbytes", [2, 4, 12])
def test_request_with_half_a_name_is_none(nbytes: int) -> None:
    with pytest.raises(PeerError):
        parse_kept(kept(REQUEST, nbytes))


def test_request_with_half_a_mode_that_there_is_not_is_none() -> None:
    with pytest.raises(PeerError):
        parse_kept(kept(b"\0\1x\0strange\0", 7))


def test_oack_is_read_as_far_as_it_goes() -> None:
    assert parse_kept(kept(OACK, 15)) == Oack(((b"tsize", b"2000"),))
    assert parse_kept(kept(OACK, 5)) == Oack(())


def test_error_tells_that_its_text_went_on() -> None:
    found = parse_kept(kept(b"\0\5\0\1File not found\0", 8))
    assert found == ErrorPacket(1, "File…".encode())


@pytest.fixture
def talk() -> Talk:
    return Talk()


def test_transfer_of_a_cut_request_and_oack_is_whole(talk: Talk) -> None:
    talk.send(talk.client, talk.server, REQUEST[:22], len(REQUEST))
    talk.move()
    talk.send(talk.server, talk.client, OACK[:15], len(OACK))
    talk.ack(0)
    for block, nbytes in ((1, 1_428), (2, 572)):
        data = encode_data(block, bytes(nbytes))
        talk.send(talk.server, talk.client, data[:22], len(data))
        talk.ack(block)
    view = talk.one()
    assert (view.file, view.phase, view.block_size) == (
        "kernel.bin",
        "completed",
        1_428,
    )
    assert (view.acked_bytes, view.agreed) == (2_000, [("tsize", "2000")])
    assert view.notes == [
        "the request is truncated by the capture: options may be missing"
    ]
    assert talk.rebuilding.recorder.counters.malformed == 0


def test_refusal_that_is_cut_is_one(talk: Talk) -> None:
    talk.ask(b"nosuch")
    talk.move()
    talk.send(talk.server, talk.client, b"\0\5\0\1File", 19)
    assert talk.over() == []
    (refusal,) = talk.rebuilding.take_refusals()
    assert (refusal.reason, refusal.message) == ("not-found", "File…")


def test_transfer_without_its_request_is_of_no_single_port(talk: Talk) -> None:
    talk.move()
    talk.data(7)
    talk.ack(7)
    assert not talk.one().single_port


def test_transfer_from_the_port_for_requests_is(talk: Talk) -> None:
    talk.server = (SERVER, 69)
    talk.data(7)
    talk.ack(7)
    assert talk.one().single_port


@pytest.mark.parametrize(
    ("snaplen", "trouble", "aside"),
    [
        (2_000, "", ""),
        (
            ETHERNET_TO_UDP + len(REQUEST),
            "",
            f"1 UDP datagram {SHORT}; only file content is missing",
        ),
        (ETHERNET_TO_UDP + 20, f"2 UDP datagrams {SHORT}; {WHOLE}", ""),
        (ETHERNET_TO_UDP - 2, f"3 frames {GONE}; {WHOLE}", ""),
        (8, f"3 frames {GONE}; {WHOLE}", ""),
    ],
)
def test_what_is_cut_is_counted(
    tmp_path: Path, snaplen: int, trouble: str, aside: str
) -> None:
    payloads = (REQUEST, encode_data(1, bytes(512)), encode_ack(1))
    frames = [
        LINKS[1] + frame(datagram(payload), number).data[COOKED:]
        for number, payload in enumerate(payloads, 1)
    ]
    place = tmp_path / "cut.pcap"
    place.write_bytes(pcap(frames, link=1, snaplen=snaplen))
    with Reading(place) as reading:
        reading.step()
        assert "".join(reading.troubles()) == trouble
        told = [one for one in reading.asides() if "any transfer" not in one]
        assert "".join(told) == aside
