"""Beside which servers dnsmasq may run."""

import pytest

from tftptui.engine.dnsmasq import judged
from tftptui.wire.dnsmasq import Mode
from tftptui.wire.offers import Offer
from tftptui.wire.questions import Answers, Arch
from tftptui.wire.sources import WireError

GIVING = Offer(time=0.0, server="10.0.0.1", address="10.0.0.76")
PROXY = Offer(time=0.0, server="10.0.0.2")


def judge(mode: Mode, *offers: Offer) -> str:
    return judged(mode, "eth1", [Answers(Arch.X64, offers)])


@pytest.mark.parametrize(
    ("mode", "offer", "says"),
    [
        (Mode.FULL, GIVING, r"10\.0\.0\.1 is a DHCP server on eth1 already"),
        (Mode.FULL, PROXY, r"10\.0\.0\.2 is a proxy DHCP server on eth1 already"),
        (Mode.PROXY, PROXY, r"10\.0\.0\.2 is a proxy DHCP server on eth1 already"),
    ],
)
def test_a_server_that_it_would_work_against_is_named(
    mode: Mode, offer: Offer, says: str
) -> None:
    with pytest.raises(WireError, match=says):
        judge(mode, offer)


def test_addresses_alone_on_a_silent_wire_and_boot_files_beside_a_server() -> None:
    assert judge(Mode.FULL) == ""
    assert judge(Mode.PROXY, GIVING) == ""
    assert "machines get no address" in judge(Mode.PROXY)
