"""This host's own packet filter rules, and what they do to requests and ACKs.

They are read in a thread, as seldom as will do, and only by root: nobody else may see
them. What they do to a packet is doctor/filters' to say.
"""

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Interface, IPv6Interface, ip_address

from tftptui.doctor.facts import Filters
from tftptui.doctor.packet_filter.evaluate import Passage
from tftptui.doctor.packet_filter.exchange import Ends, Exchange, judge
from tftptui.doctor.packet_filter.model import Ruleset
from tftptui.doctor.packet_filter.nft import RulesetError
from tftptui.doctor.packet_filter.ruleset import read_host
from tftptui.doctor.reading.packet_filter import may_read, read_filters
from tftptui.findings.facts import HostBlock, Scene
from tftptui.net.interfaces import interface_addresses
from tftptui.telemetry.views import TransferView

SOONEST = 5.0
"""Seconds between readings at least: programs are started for each."""

LATEST = 300.0
"""Seconds between readings while nothing happens that asks for one, at most."""

PATIENCE = 0.5
"""Seconds to wait for the first reading, before rights are given up."""

FRESH = 30.0
"""Seconds after a reading in which the rules are taken to be the same."""

_MOST_JUDGED = 256
_CLIENT_PORTS = (2_070, 49_200)
_STRANGERS = {4: "203.0.113.7", 6: "2001:db8::7"}

Interfaces = Mapping[str, Sequence[IPv4Interface | IPv6Interface]]


@dataclass(frozen=True, slots=True)
class _Known:
    ruleset: Ruleset
    interfaces: Interfaces
    at: float
    judged: dict[tuple[str, int, str, int], Exchange | None] = field(
        default_factory=dict
    )


class HostFirewall:
    """What is known of the rules; nothing here waits, but for settle().

    Args:
        read: asks the programs; it takes a while, and is called in a thread.
        interfaces: tells this host's addresses.
        may: whether there is the right to read them.
    """

    def __init__(
        self,
        read: Callable[[], Filters] = read_filters,
        interfaces: Callable[[], Interfaces] = interface_addresses,
        may: Callable[[], bool] = may_read,
    ) -> None:
        self._read, self._interfaces, self._may = read, interfaces, may
        self._known: _Known | None = None
        self._thread: threading.Thread | None = None
        self._begun = float("-inf")
        self._patience = SOONEST / 2

    def refresh(self, now: float, *, is_idle: bool = False) -> None:
        """Read them again if that is due; less and less often while IS_IDLE."""
        wait = self._patience if is_idle else SOONEST
        is_busy = self._thread is not None and self._thread.is_alive()
        if is_busy or now - self._begun < wait:
            return
        self._begun = now  # also without the right: looking it up costs, too
        if not self._may():
            return
        if is_idle:
            self._patience = min(LATEST, 2 * self._patience)
        self._thread = threading.Thread(
            target=self._take, args=(now,), name="own rules", daemon=True
        )
        self._thread.start()

    def settle(self, seconds: float) -> None:
        """Wait until the reading under way is over; blocks."""
        if self._thread is not None:
            self._thread.join(seconds)

    def _take(self, now: float) -> None:
        filters = self._read()
        if filters.trouble:
            self._known = None
            return
        try:
            ruleset = read_host(filters.nft, filters.saved, filters.legacy)
        except RulesetError:
            self._known = None
            return
        self._known = _Known(ruleset, self._interfaces(), now)

    def stops_acks(self, view: TransferView, port: int, now: float) -> HostBlock | None:
        """Return what stops the ACKs, or blocks, of a transfer; None if nothing does.

        PORT is where it was asked.
        """
        known = self._known
        if known is None:
            return None
        ends = (view.client, view.client_tid, view.server, view.server_tid)
        if ends not in known.judged:
            if len(known.judged) >= _MOST_JUDGED:
                known.judged.clear()
            known.judged[ends] = _exchange(known, *ends, port)
        exchange = known.judged[ends]
        if exchange is None or exchange.ack.passes is not False:
            return None
        return _block(exchange.ack, now - known.at)

    @property
    def address(self) -> str:
        """An address of ours that others may ask; empty if none is known."""
        found = _askers(self._known.interfaces) if self._known else []
        return found[0][1] if found else ""

    def stops_requests(self, scene: Scene, now: float) -> HostBlock | None:
        """Return what stops each request to us, from whatever network; or None."""
        known = self._known
        if known is None:
            return None
        passages = [
            exchange.request
            for client, address in _askers(known.interfaces)
            for port in _CLIENT_PORTS
            if (exchange := _exchange(known, client, port, address, 0, scene.port))
        ]
        if not passages or any(one.passes is not False for one in passages):
            return None
        return _block(passages[0], now - known.at)


async def read_first(rules: HostFirewall) -> None:
    """Let rules be read while there is the right to, for a moment at most."""
    if may_read():
        rules.refresh(asyncio.get_running_loop().time())
        await asyncio.to_thread(rules.settle, PATIENCE)


def _block(passage: Passage, age: float) -> HostBlock:
    return HostBlock(by=passage.by, age=age, is_fresh=age < FRESH)


def _exchange(
    known: _Known, client: str, client_tid: int, server: str, tid: int, port: int
) -> Exchange | None:
    """Judge a transfer; None if our address is on no interface, or none at all."""
    try:
        ours, theirs = ip_address(server), ip_address(client)
    except ValueError:
        return None
    for device, addresses in known.interfaces.items():
        if any(one.ip == ours for one in addresses):
            ends = Ends(theirs, client_tid, ours, device)
            return judge(known.ruleset, ends, asked=port, answering=tid or port)
    return None


def _askers(interfaces: Interfaces) -> list[tuple[str, str]]:
    """Return a client of each network of ours and a stranger, and whom they ask."""
    found: list[tuple[str, str]] = []
    for addresses in interfaces.values():
        for one in addresses:
            if one.ip.is_loopback or one.ip.is_link_local:
                continue
            near = next((ip for ip in one.network.hosts() if ip != one.ip), None)
            clients = [_STRANGERS[one.version], *([str(near)] if near else [])]
            found += [(client, str(one.ip)) for client in clients]
    return found
