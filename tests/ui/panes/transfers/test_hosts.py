"""MAC, vendor, name and path MTU of clients: looked up rarely."""

from pathlib import Path

import pytest

from tests.support.pictures import frame, status
from tftptui.net.vendors import LOCAL, vendor
from tftptui.ui.panes.transfers.hosts import FRESH, ClientHosts
from tftptui.ui.store import Store


class Kernel:
    """A neighbor table and routes that count lookups."""

    def __init__(self) -> None:
        self.now, self.asked = 100.0, 0

    def clock(self) -> float:
        return self.now

    def neighbours(self) -> dict[str, str]:
        self.asked += 1
        return {"10.0.4.37": "00-1b-21-0a-0b-0c", "fe80::1": "52-54-00-00-00-01"}

    def path_mtu(self, address: tuple[str, int]) -> int | None:
        self.asked += 1
        return 1500 if address[0] == "10.0.4.37" else None


def hosts(kernel: Kernel, source: str = "server") -> ClientHosts:
    store = Store()
    store.fold(frame(status=status(source=source)))
    return ClientHosts(
        store,
        neighbours=kernel.neighbours,
        path_mtu=kernel.path_mtu,
        clock=kernel.clock,
    )


def test_the_kernel_is_asked_once_in_a_while() -> None:
    kernel = Kernel()
    found = hosts(kernel)
    assert found.mac("10.0.4.37") == "00-1b-21-0a-0b-0c"
    assert found.mac("fe80::1%eth0") == "52-54-00-00-00-01"
    assert (found.mac("192.0.2.1"), kernel.asked) == ("", 1)
    assert [found.mtu("10.0.4.37") for _ in range(3)] == [1500, 1500, 1500]
    assert kernel.asked == 2
    kernel.now += FRESH
    assert (found.mtu("10.0.4.37"), kernel.asked) == (1500, 3)


@pytest.mark.parametrize("source", ["capture", "demo"])
def test_clients_of_a_capture_or_a_demo_are_not_this_hosts(source: str) -> None:
    kernel = Kernel()
    found = hosts(kernel, source)
    assert (found.mac("10.0.4.37"), found.mtu("10.0.4.37")) == ("", None)
    assert found.vendor("10.0.4.37") == ""
    assert kernel.asked == 0


def test_a_name_is_known_when_it_was_looked_up() -> None:
    found = hosts(Kernel())
    assert found.name("10.0.4.37") == ""
    found.set_name("10.0.4.37", "pc37.example.net")
    assert found.name("10.0.4.37") == "pc37.example.net"


def test_the_vendor_of_a_card_is_in_the_registry(tmp_path: Path) -> None:
    registry = tmp_path / "oui.txt"
    registry.write_bytes(
        b"OUI/MA-L\t\tOrganization\n\n"
        b"00-1B-21   (hex)\t\tIntel Corporate\r\n"
        b"001B21     (base 16)\t\tIntel Corporate\r\n"
        b"00-1B-22   (hex)\t\tPalit Microsystems\r\n"
    )
    assert vendor("00-1b-21-0a-0b-0c", registry) == "Intel Corporate"
    assert vendor("00-00-00-00-00-01", registry) == ""
    assert vendor("52-54-00-00-00-01", registry) == LOCAL
    assert vendor("00-1b-22-00-00-01", None) == ""
    assert vendor("00-1b-23-00-00-01", tmp_path / "none") == ""
