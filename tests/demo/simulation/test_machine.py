"""Simulated clients: their ports, requests and timeouts."""

from dataclasses import replace

import pytest

from tests.support.builders import sample_bytes
from tftptui.demo.simulation.client_kinds import KINDS
from tftptui.demo.simulation.machine import ClientMachine, Errand
from tftptui.net.addresses import Endpoint
from tftptui.protocol.commands import Outcome
from tftptui.protocol.packets import (
    Ack,
    Data,
    ErrorPacket,
    Packet,
    ReadRequest,
    WriteRequest,
    encode_ack,
    encode_data,
    encode_error,
    encode_oack,
    parse,
)

SERVER = Endpoint("127.0.1.5", 69)
TID, OTHER_TID = Endpoint("127.0.1.5", 40_007), Endpoint("127.0.1.5", 40_008)
FILE = sample_bytes(700)


class Client:
    """A machine, and all packets it sends."""

    def __init__(self, kind: str, port: int = 2_070, **changes: object) -> None:
        self.sent: list[tuple[int, Endpoint, Packet]] = []
        errand = replace(Errand(b"file", SERVER, port), **changes)  # type: ignore[arg-type]
        self.machine = ClientMachine(KINDS[kind], errand, self._send)
        self.machine.start(0.0)

    def _send(self, port: int, target: Endpoint, data: bytes) -> None:
        self.sent.append((port, target, parse(data)))

    def hear(self, packet: bytes, source: Endpoint = TID, now: float = 0.1) -> None:
        self.machine.receive(self.machine.port, source, packet, now)

    def wait_out(self) -> list[float]:
        """Never reply; return when it sent requests."""
        moments = [0.0]
        while (due := self.machine.deadline()) is not None:
            count = self.machine.tally.requests
            self.machine.handle_timer(due)
            if self.machine.tally.requests > count:
                moments.append(round(due, 2))
        return moments

    @property
    def last(self) -> Packet:
        return self.sent[-1][2]


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("intel-rom", [(b"tsize", b"0")]),
        ("uefi", [(b"tsize", b"0"), (b"blksize", b"1468"), (b"windowsize", b"4")]),
        ("ipxe", [(b"blksize", b"1432"), (b"tsize", b"0")]),
        ("u-boot", [(b"timeout", b"5"), (b"blksize", b"1468")]),
        ("grub", [(b"blksize", b"1024"), (b"tsize", b"0")]),
        ("pxelinux", [(b"tsize", b"0"), (b"blksize", b"1408")]),
        ("curl", [(b"tsize", b"0"), (b"blksize", b"512"), (b"timeout", b"6")]),
        ("atftp", []),
    ],
)
def test_options_leave_in_the_order_of_the_kind(
    kind: str, options: list[tuple[bytes, bytes]]
) -> None:
    request = Client(kind).last
    assert isinstance(request, ReadRequest)
    assert list(request.options) == options


@pytest.mark.parametrize(
    ("kind", "moments"),
    [
        ("intel-rom", [0, 2.02, 6.03, 12.02, 19.98, 29.93]),
        ("uefi", [0, 4, 8, 12, 16, 20]),
        ("ipxe", [0, 0.25, 0.75, 1.75, 3.75, 7.75]),
        ("tftp-hpa", [0, 5, 10, 15, 20]),
        ("atftp", [0, 5, 10, 15, 20, 25]),
        ("busybox", [0, 0.1, 0.25, 0.48, 0.82, 1.3, 2.1, 3.2, 4.9, 6.9, 8.9, 10.9]),
    ],
)
def test_an_unanswered_request_is_repeated_as_in_captures(
    kind: str, moments: list[float]
) -> None:
    client = Client(kind)
    assert client.wait_out() == pytest.approx(moments, abs=0.011)
    assert client.machine.tally.outcome is Outcome.ABANDONED


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_gives_up_in_the_end(kind: str) -> None:
    client = Client(kind)
    client.wait_out()
    assert client.machine.is_over


def test_the_intel_rom_moves_on_by_a_port_at_each_request() -> None:
    client = Client("intel-rom")
    client.wait_out()
    assert client.machine.tally.ports == [2_070, 2_071, 2_072, 2_073, 2_074, 2_075]
    requests = [packet for _, _, packet in client.sent]
    assert [
        dict(packet.options) for packet in requests if isinstance(packet, ReadRequest)
    ][-2:] == [{b"tsize": b"0"}, {b"blksize": b"1456"}]


def test_other_kinds_keep_their_port() -> None:
    client = Client("uefi", 1_548)
    client.wait_out()
    assert set(client.machine.tally.ports) == {1_548}


def test_a_probe_leaves_with_an_error_and_asks_anew() -> None:
    client = Client("uefi", 1_548)
    client.hear(encode_oack(((b"tsize", b"700"),)))
    (_, first), (_, second) = [(port, packet) for port, _, packet in client.sent[1:]]
    assert (isinstance(first, ErrorPacket), client.sent[1][:2]) == (True, (1_548, TID))
    assert isinstance(second, ReadRequest)
    assert client.sent[2][:2] == (1_549, SERVER)
    assert [name for name, _ in second.options] == [b"blksize", b"windowsize"]


def test_a_file_arrives() -> None:
    client = Client("tftp-hpa")
    client.hear(encode_data(1, FILE[:512]))
    assert client.sent[-1] == (2_070, TID, Ack(1))
    client.hear(encode_data(2, FILE[512:]), now=0.2)
    assert bytes(client.machine.content) == FILE
    tally = client.machine.tally
    assert (tally.outcome, tally.ended) == (Outcome.COMPLETED, 0.2)
    assert tally.answered_by == [TID.port]


def test_the_last_ack_is_repeated_after_the_end() -> None:
    client = Client("tftp-hpa")
    client.hear(encode_data(1, b"short"))
    count = len(client.sent)
    client.hear(encode_data(1, b"short"), now=1.0)
    assert client.sent[count:] == [(2_070, TID, Ack(1))]


def test_a_second_tid_is_dropped_silently() -> None:
    client = Client("tftp-hpa")
    client.hear(encode_data(1, FILE[:512]))
    count = len(client.sent)
    client.hear(encode_data(1, FILE[:512]), OTHER_TID)
    assert len(client.sent) == count


def test_what_comes_to_an_older_port_is_not_heard() -> None:
    client = Client("intel-rom")
    client.machine.handle_timer(2.02)
    client.machine.receive(2_070, TID, encode_oack(((b"tsize", b"700"),)), 2.5)
    assert client.machine.tally.answered_by == []


def test_grub_hears_no_data_as_a_first_answer() -> None:
    client = Client("grub")
    client.hear(encode_data(1, FILE[:512]))
    assert client.machine.tally.answered_by == []
    assert isinstance(client.last, ReadRequest)
    assert client.last.filename == b"/file"


def test_atftp_gives_up_at_a_second_oack() -> None:
    client = Client("atftp", options=("tsize",))
    oack = encode_oack(((b"tsize", b"700"),))
    client.hear(oack)
    client.hear(oack, now=1.0)
    assert client.machine.tally.outcome is Outcome.FAILED
    assert isinstance(client.last, ErrorPacket)


def test_an_error_ends_it_with_the_server_words() -> None:
    client = Client("curl")
    client.hear(encode_error(1, "no such file"))
    tally = client.machine.tally
    assert tally.outcome is Outcome.FAILED
    assert "no such file" in tally.error


def test_an_upload_leaves_block_by_block() -> None:
    client = Client("cisco", content=FILE)
    assert isinstance(client.last, WriteRequest)
    client.hear(encode_ack(0))
    client.hear(encode_ack(1))
    client.hear(encode_ack(2))
    data = [packet for _, _, packet in client.sent[1:]]
    assert data == [Data(1, FILE[:512]), Data(2, FILE[512:])]
    assert client.machine.tally.outcome is Outcome.COMPLETED


def test_a_machine_without_power_is_silent() -> None:
    client = Client("tftp-hpa")
    client.machine.stop()
    count = len(client.sent)
    client.hear(encode_data(1, FILE[:512]))
    assert (len(client.sent), client.machine.deadline()) == (count, None)
