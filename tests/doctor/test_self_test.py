"""The server's self-test, at each address and with each set of options."""

from collections.abc import Iterator

import pytest

from tests.support.builders import sample_bytes
from tests.support.free_ports import free_range
from tests.support.serve import Serve
from tests.support.udp_client import UdpClient
from tftptui.client.probe import Stop
from tftptui.doctor.result import Mark, Result
from tftptui.doctor.self_test import OFFERS, Patient, self_test
from tftptui.net.addresses import Endpoint

pytestmark = pytest.mark.net


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    folder = tmp_path_factory.mktemp("root")
    (folder / "small").write_bytes(sample_bytes(700))
    with Serve(folder) as server:
        yield server


def asked(port: int, file: bytes, *addresses: str, **changes: bool) -> list[Result]:
    places = [Endpoint(one, port) for one in addresses or ("127.0.0.1",)]
    with Stop() as stop:
        patient = Patient(places, file, "from its ports", **changes)
        return list(self_test(patient, stop, lambda _: None))


def test_each_set_of_options_is_tried(server: Serve) -> None:
    (result,) = asked(server.at.port, b"small")
    assert result.mark is Mark.OK
    assert "options none, tsize=0, tsize=0,blksize=1428 and" in result.text
    server.until("transfer_ended", len(OFFERS), outcome="completed")
    sizes = {line["agreed"].get("blksize") for line in server.of("transfer_started")}
    assert sizes == {None, "1428"}


def test_an_error_is_an_answer(server: Serve) -> None:
    (result,) = asked(server.at.port, b"missing")
    assert result.mark is Mark.WARN
    assert "127.0.0.1 replies from its ports, but missing" in result.text


def test_each_address_is_judged_by_itself(server: Serve) -> None:
    poor, good = asked(server.at.port, b"small", "127.0.0.1", "127.0.0.9")
    assert good.mark is Mark.OK
    assert (poor.mark, poor.text[:9]) == (Mark.BAD, "127.0.0.9")


def test_nobody_listens() -> None:
    (result,) = asked(free_range(1).first, b"small")
    assert result.mark is Mark.BAD
    assert "port unreachable" in result.text


def test_trouble_of_a_way_that_is_only_tried_is_no_alarm() -> None:
    (result,) = asked(free_range(1).first, b"small", is_live=False)
    assert result.mark is Mark.WARN
    assert "would not reply" in result.text


def test_the_ports_it_asks_from_are_told_before(server: Serve) -> None:
    told: list[int] = []
    with Stop() as stop:
        patient = Patient([server.at], b"small", "")
        list(self_test(patient, stop, told.extend))
    assert len(set(told)) == len(OFFERS)
    for port in told:
        server.until("transfer_ended", client_tid=port)


def test_what_was_not_tried_to_its_end_is_not_judged() -> None:
    with Stop() as stop, UdpClient() as deaf:
        patient = Patient([deaf.local], b"small", "from nowhere")
        found = list(self_test(patient, stop, lambda _: stop.set()))
    assert found == []


def test_a_stop_may_come_at_any_time() -> None:
    with Stop() as stop:
        stop.set()
        stop.set()
    stop.set()
    assert stop.happened
