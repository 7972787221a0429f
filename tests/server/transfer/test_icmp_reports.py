"""ICMP errors that a client has closed its port: two, each for another packet."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.builders import sample_bytes
from tests.support.office import CLIENT, Office, office
from tftptui.net.addresses import Endpoint
from tftptui.net.icmp import IcmpError
from tftptui.server.transfer.icmp_reports import ClosedPort
from tftptui.telemetry.events import IcmpReceived, Suppressed


def test_one_report_is_not_enough() -> None:
    assert not ClosedPort().is_sure(0, 0.0)


def test_two_for_two_packets_are() -> None:
    port = ClosedPort()
    assert [port.is_sure(sent, 0.0) for sent in (0, 1)] == [False, True]


def test_many_for_one_packet_are_one() -> None:
    port = ClosedPort()
    assert not any(port.is_sure(3, 0.0) for _ in range(100))


def test_a_client_that_moves_on_has_not_closed_it() -> None:
    port = ClosedPort()
    said = [port.is_sure(sent, float(sent)) for sent in range(100)]
    assert not any(said)


CLOSED = IcmpError(
    3, 3, "port unreachable", CLIENT.host, is_port_closed=True, target=CLIENT
)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Office]:
    (tmp_path / "file").write_bytes(sample_bytes(5_000))
    with office(tmp_path) as opened:
        opened.ask(b"file")
        yield opened


def test_forged_reports_do_not_end_a_transfer_that_moves(desk: Office) -> None:
    for block in range(1, 10):
        for _ in range(5):
            desk.reception.complain(CLOSED)
        desk.clock.advance(0.1)
        desk.ack(block)
    desk.ack(10)
    assert desk.ended[0].view().phase == "completed"


def test_a_port_that_is_closed_ends_it(desk: Office) -> None:
    desk.reception.complain(CLOSED)
    desk.wait(2.5)
    desk.reception.complain(CLOSED)
    (ended,) = desk.ended
    assert ended.view().error == f"the client closed its port {CLIENT.port}"
    assert len(desk.written.of(IcmpReceived)) == 2


@pytest.mark.parametrize(
    "target", [None, Endpoint("192.0.2.9", 1), Endpoint(CLIENT.host, 9)]
)
def test_what_is_about_another_port_changes_nothing(
    desk: Office, target: Endpoint | None
) -> None:
    error = IcmpError(3, 3, "port unreachable", CLIENT.host, True, target)  # noqa: FBT003
    desk.reception.complain(error)
    assert desk.written.of(IcmpReceived) == []


def test_a_flood_of_reports_is_counted_in_the_journal(desk: Office) -> None:
    for _ in range(1_000):
        desk.reception.complain(CLOSED)
    assert len(desk.written.of(IcmpReceived)) == 20
    desk.wait(2.5)
    desk.reception.complain(CLOSED)
    assert len(desk.ended) == 1
    (unreported,) = desk.written.of(Suppressed)
    assert (unreported.reason, unreported.network) == ("icmp", "192.0.2.0/24")
    assert unreported.count == desk.written.recorder.counters.suppressed == 981


def test_another_machines_report_ends_nothing(desk: Office) -> None:
    for _ in range(3):
        error = IcmpError(3, 3, "port unreachable", "192.0.2.1", True, CLIENT)  # noqa: FBT003
        desk.reception.complain(error)
        desk.wait(2.5)
    assert desk.ended == []
