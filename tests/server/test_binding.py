"""From the settings to listeners, or to an error that says what to do."""

import contextlib
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from tests.support.free_ports import free_range
from tests.support.running import settings_for
from tests.support.unprivileged import unprivileged
from tftptui.server.binding import HOW_TO_GET_69, BindError, bind_listeners
from tftptui.server.listener import Listener
from tftptui.settings import FALLBACK_PORT, Settings

ANYWHERE = Path("/")
_LOWEST_FREE_FOR_ALL = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")


def wish(*listen: str, port: int | None = 0) -> Settings:
    return msgspec.structs.replace(settings_for(ANYWHERE), listen=listen, port=port)


@contextlib.contextmanager
def bound(settings: Settings) -> Iterator[tuple[list[Listener], list[str]]]:
    listeners, notices = bind_listeners(settings)
    try:
        yield listeners, notices
    finally:
        for listener in listeners:
            listener.close()


@pytest.fixture
def holder() -> Iterator[socket.socket]:
    """Yield another program's socket."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        yield sock


def test_each_address_gets_a_listener() -> None:
    with bound(wish("127.0.0.1", "::1")) as (listeners, notices):
        hosts = [listener.local.host for listener in listeners]
        assert (hosts, notices) == (["127.0.0.1", "::1"], [])


def test_port_zero_is_one_port_on_all_addresses() -> None:
    with bound(wish("127.0.0.1", "127.0.0.2", "::1")) as (listeners, _):
        ports = {listener.local.port for listener in listeners}
        assert len(ports) == 1
        assert ports != {0}


def test_without_addresses_both_families_are_served() -> None:
    with bound(wish()) as (listeners, _):
        hosts = [listener.local.host for listener in listeners]
        assert hosts == ["0.0.0.0", "::"]  # noqa: S104


def test_brackets_around_an_ipv6_address_are_allowed() -> None:
    with bound(wish("[::1]")) as (listeners, _):
        assert listeners[0].local.host == "::1"


def test_a_taken_port_names_who_holds_it(holder: socket.socket) -> None:
    port = holder.getsockname()[1]
    with pytest.raises(BindError) as caught:
        bind_listeners(wish("127.0.0.1", port=port))
    text = str(caught.value)
    assert f"UDP port {port} on 127.0.0.1 is in use by" in text
    assert f"(pid {os.getpid()})" in text
    assert f"--port {FALLBACK_PORT}" in text


def test_when_one_address_fails_the_others_are_given_back(
    holder: socket.socket,
) -> None:
    port = holder.getsockname()[1]
    with pytest.raises(BindError):
        bind_listeners(wish("127.0.0.2", "127.0.0.1", port=port))
    with bound(wish("127.0.0.2", port=port)) as (listeners, _):
        assert listeners[0].local.port == port


@pytest.mark.parametrize("address", ["localhost", "300.1.1.1", "", "eth0", "::g"])
def test_what_is_no_address_is_said(address: str) -> None:
    with pytest.raises(BindError, match="is not an IP address"):
        bind_listeners(wish(address))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="IP_FREEBIND")
@pytest.mark.parametrize("address", ["192.0.2.77", "2001:db8::77"])
def test_an_address_that_is_not_there_yet_can_be_bound(address: str) -> None:
    with bound(wish(address)) as (listeners, _):
        assert listeners[0].local.host == address


def needs_a_right_for_69() -> None:
    if int(_LOWEST_FREE_FOR_ALL.read_text()) <= 69:
        pytest.skip("this machine lets everybody have port 69")


def test_without_the_right_to_69_it_is_6969_and_a_notice() -> None:
    needs_a_right_for_69()
    with unprivileged(), bound(wish("127.0.0.7", port=None)) as (listeners, notices):
        assert listeners[0].local.port == FALLBACK_PORT
        assert HOW_TO_GET_69 in notices[0]


def test_69_asked_for_without_the_right_is_refused_with_a_way_out() -> None:
    needs_a_right_for_69()
    with unprivileged(), pytest.raises(BindError) as caught:
        bind_listeners(wish("127.0.0.1", port=69))
    assert f"--port {FALLBACK_PORT}" in str(caught.value)
    assert HOW_TO_GET_69 in str(caught.value)


def test_a_fallback_port_that_is_taken_is_said_too() -> None:
    needs_a_right_for_69()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.8", FALLBACK_PORT))
        with unprivileged(), pytest.raises(BindError, match="is in use by"):
            bind_listeners(wish("127.0.0.8", port=None))


def test_a_range_that_was_free_can_be_bound() -> None:
    port = free_range(1).first
    with bound(wish("127.0.0.1", port=port)) as (listeners, _):
        assert listeners[0].local.port == port


def test_a_range_of_nothing_but_the_port_that_is_asked_is_refused() -> None:
    port = free_range(1)
    settings = msgspec.structs.replace(wish("127.0.0.1", port=port.first), ports=port)
    with pytest.raises(BindError, match="which takes the requests") as caught:
        bind_listeners(settings)
    assert f"--ports {port}" in str(caught.value)
    single = msgspec.structs.replace(settings, single_port=True)
    with bound(single) as (_, notices):  # the previous socket is closed, too
        assert notices == []


def test_a_range_that_holds_the_port_that_is_asked_is_told_with_what_is_left() -> None:
    ports = free_range(5)
    settings = wish("127.0.0.1", port=ports.first + 2)
    with bound(msgspec.structs.replace(settings, ports=ports)) as (_, notices):
        asked = f"port {ports.first + 2} of {ports} takes requests"
        assert notices == [f"{asked}: 4 left for replies"]
