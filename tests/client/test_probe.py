"""Trials from chosen ports, against servers on loopback."""

import socket
from collections.abc import Iterator

import pytest

from tests.support.builders import sample_bytes
from tests.support.free_ports import free_range
from tests.support.serve import Serve
from tftptui.client.probe import ENOUGH, Probe, Stop, run_probe
from tftptui.net.addresses import Endpoint
from tftptui.protocol.offer import Offer
from tftptui.telemetry.probe_trials import Trial

pytestmark = pytest.mark.net

OFFER = Offer(total_size=0, block_size=512)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    folder = tmp_path_factory.mktemp("root")
    (folder / "small").write_bytes(sample_bytes(700))
    (folder / "large").write_bytes(sample_bytes(4 * ENOUGH))
    with Serve(folder) as server:
        yield server


def probe(at: Endpoint, file: bytes, *ports: int, **changes: int) -> list[Trial]:
    given = {"timeout": 1, "retries": 0} | changes
    with Stop() as stop:
        return run_probe(Probe(at, file, ports, OFFER, **given), stop)


def test_trials_come_in_the_order_of_their_ports_and_from_them(server: Serve) -> None:
    free = free_range(3)
    ports = (free.last, free.first, free.first + 1)
    found = probe(server.at, b"small", *ports)
    assert [trial.port for trial in found] == list(ports)
    assert {trial.outcome for trial in found} == {"ok"}
    assert {trial.nbytes for trial in found} == {700}
    for port in ports:
        server.until("transfer_ended", client_tid=port, outcome="completed")


def test_a_large_file_is_left_once_enough_has_come(server: Serve) -> None:
    (trial,) = probe(server.at, b"large", free_range(1).first)
    assert trial.outcome == "ok"
    assert ENOUGH <= trial.nbytes < 2 * ENOUGH


def test_an_error_is_told_in_the_server_s_words(server: Serve) -> None:
    (trial,) = probe(server.at, b"missing", free_range(1).first)
    assert trial.outcome == "error"
    assert "ERROR 1" in trial.detail


def test_silence_and_refusal_are_told_apart() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.1", 0))
        (trial,) = probe(Endpoint(*deaf.getsockname()), b"x", free_range(1).first)
        closed = Endpoint(*deaf.getsockname())
    assert (trial.outcome, trial.requests) == ("silent", 1)
    (trial,) = probe(closed, b"x", free_range(1).first)
    assert (trial.outcome, trial.reporter) == ("refused", "127.0.0.1")


def test_a_port_that_is_taken_is_no_fault_of_the_way(server: Serve) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        (trial,) = probe(server.at, b"small", port)
    assert trial.outcome == "no-port"
    assert f"local port {port} is in use" in trial.detail


def test_it_can_be_stopped_at_any_time() -> None:
    free = free_range(3)
    ports = range(free.first, free.last + 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf, Stop() as stop:
        deaf.bind(("127.0.0.1", 0))
        at = Endpoint(*deaf.getsockname())
        stop.set()
        found = run_probe(Probe(at, b"x", tuple(ports), OFFER, timeout=60), stop)
    assert {trial.outcome for trial in found} == {"silent"}
