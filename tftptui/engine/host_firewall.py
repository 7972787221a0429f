"""This host's own firewall rules, and whether they block requests or ACKs.

They are read in a thread, as rarely as possible, and only as root: other users can't
read them. The evaluation of packets is in doctor/filters.
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
"""Minimum seconds between readings: each starts programs."""

LATEST = 300.0
"""Maximum seconds between readings while nothing needs one."""

PATIENCE = 0.5
"""Seconds to wait for the first reading, before privileges are dropped."""

FRESH = 30.0
"""Seconds after a reading for which the rules count as current."""

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
    """The rules last read. Only settle() blocks.

    Args:
        read: runs the programs; slow, called in a thread.
        interfaces: returns this host's addresses.
        may: returns whether we have permission to read the rules.
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
        """Read the rules again if due; less and less often while IS_IDLE."""
        wait = self._patience if is_idle else SOONEST
        is_busy = self._thread is not None and self._thread.is_alive()
        if is_busy or now - self._begun < wait:
            return
        self._begun = now  # also without permission: checking that costs, too
        if not self._may():
            return
        if is_idle:
            self._patience = min(LATEST, 2 * self._patience)
        self._thread = threading.Thread(
            target=self._take, args=(now,), name="own rules", daemon=True
        )
        self._thread.start()

    def settle(self, seconds: float) -> None:
        """Wait until the current reading is done; blocks."""
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
        """Return what blocks the ACKs or blocks of a transfer, or None.

        PORT is the one that the request was sent to.
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
        """An address of ours that others can reach; empty if unknown."""
        found = _askers(self._known.interfaces) if self._known else []
        return found[0][1] if found else ""

    def stops_requests(self, scene: Scene, now: float) -> HostBlock | None:
        """Return what blocks all requests to us, from any network; or None."""
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
    """Read the rules while we have permission; wait briefly."""
    if may_read():
        rules.refresh(asyncio.get_running_loop().time())
        await asyncio.to_thread(rules.settle, PATIENCE)


def _block(passage: Passage, age: float) -> HostBlock:
    return HostBlock(by=passage.by, age=age, is_fresh=age < FRESH)


def _exchange(
    known: _Known, client: str, client_tid: int, server: str, tid: int, port: int
) -> Exchange | None:
    """Evaluate a transfer; None if our address is on no interface, or invalid."""
    try:
        ours, theirs = ip_address(server), ip_address(client)
    except ValueError:
        return None
    for device, addresses in known.interfaces.items():
        if any(one.ip == ours for one in addresses):
            ends = Ends(theirs, client_tid, ours, device)
            return judge(known.ruleset, ends, request_port=port, answering=tid or port)
    return None


def _askers(interfaces: Interfaces) -> list[tuple[str, str]]:
    """Return pairs of client and own address: a neighbor and a stranger per network."""
    found: list[tuple[str, str]] = []
    for addresses in interfaces.values():
        for one in addresses:
            if one.ip.is_loopback or one.ip.is_link_local:
                continue
            near = next((ip for ip in one.network.hosts() if ip != one.ip), None)
            clients = [_STRANGERS[one.version], *([str(near)] if near else [])]
            found += [(client, str(one.ip)) for client in clients]
    return found
