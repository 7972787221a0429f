"""The server asks itself, at each address and with each set of options."""

from collections.abc import Iterator

import pytest

from tests.support.builders import octets
from tests.support.free_ports import free_range
from tests.support.serve import Serve
from tftptui.client.probing import Stop
from tftptui.doctor.result import Mark, Result
from tftptui.doctor.self_test import OFFERS, self_test

pytestmark = pytest.mark.net


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    folder = tmp_path_factory.mktemp("root")
    (folder / "small").write_bytes(octets(700))
    with Serve(folder) as server:
        yield server


def asked(port: int, file: bytes, *addresses: str) -> list[Result]:
    with Stop() as stop:
        return list(self_test(addresses or ("127.0.0.1",), port, file, stop))


def test_each_set_of_options_is_tried(server: Serve) -> None:
    (result,) = asked(server.at.port, b"small")
    assert result.mark is Mark.OK
    server.until("transfer_ended", len(OFFERS), outcome="completed")
    sizes = {line["agreed"].get("blksize") for line in server.of("transfer_started")}
    assert sizes == {None, "1428"}


def test_an_error_is_an_answer(server: Serve) -> None:
    (result,) = asked(server.at.port, b"missing")
    assert result.mark is Mark.WARN
    assert "127.0.0.1 answers, but missing" in result.text


def test_each_address_is_judged_by_itself(server: Serve) -> None:
    good, poor = asked(server.at.port, b"small", "127.0.0.1", "127.0.0.9")
    assert good.mark is Mark.OK
    assert (poor.mark, poor.text[:9]) == (Mark.BAD, "127.0.0.9")


def test_nobody_listens() -> None:
    (result,) = asked(free_range(1).first, b"small")
    assert result.mark is Mark.BAD
    assert "port unreachable" in result.text
