"""NATs between a client and the server."""

import pytest

from tests.support.pictures import frame, status, view
from tftptui.engine.messages import HostNetwork
from tftptui.ui.panes.transfers import server_addresses
from tftptui.ui.store import Store


@pytest.mark.parametrize(
    ("network", "gateway", "may_be_nats"),
    [
        (HostNetwork("10.0.4.0/22", "eth0", is_own=True), "", False),
        (HostNetwork("10.0.4.0/22", "eth0", gateway="10.0.1.1"), "", True),
        (HostNetwork("10.0.8.0/22", "eth0", is_own=True), "", True),
        (HostNetwork("10.0.4.0/22", "eth0", is_own=True), "10.0.4.21", True),
    ],
)
def test_no_nat_stands_between_hosts_of_a_segment(
    network: HostNetwork,
    gateway: str,
    may_be_nats: bool,  # noqa: FBT001
) -> None:
    beyond = HostNetwork("10.9.0.0/16", "eth0", gateway=gateway)
    store = Store()
    store.fold(frame(view(1), status=status(networks=[network, beyond])))
    assert server_addresses.may_be_nats(store, store.transfers[1]) is may_be_nats


@pytest.mark.parametrize(
    ("client", "tid", "kind", "may_be_nats"),
    [
        ("10.0.4.21", 2_071, "Intel boot ROM", False),
        ("10.0.4.21", 50_001, "iPXE", True),
        ("127.0.0.1", 50_001, "", False),
        ("fe80::21%eth0", 50_001, "", False),
    ],
)
def test_a_port_that_is_a_program_s_habit_was_left_as_it_was(
    client: str,
    tid: int,
    kind: str,
    may_be_nats: bool,  # noqa: FBT001
) -> None:
    one = view(1, client=client, client_tid=tid, kind=kind, kind_sure=0.95)
    assert server_addresses.may_be_nats(Store(), one) is may_be_nats


def test_behind_a_nat_that_is_known_the_port_may_be_its_choice() -> None:
    store, one = Store(), view(1, client="127.0.9.1")
    assert not server_addresses.may_be_nats(store, one)
    store.nats.add("127.0.9.1")
    assert server_addresses.may_be_nats(store, one)
