"""Whether this host's own rules allow replies to its ports, as a client."""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from ipaddress import IPv4Interface, IPv6Interface, ip_address

from tftptui.doctor.facts import Filters
from tftptui.doctor.packet_filter.exchange import Ends, judge_answer
from tftptui.doctor.packet_filter.model import Ruleset
from tftptui.doctor.packet_filter.nft import RulesetError
from tftptui.doctor.packet_filter.ruleset import read_host
from tftptui.doctor.reading.packet_filter import may_read, read_filters
from tftptui.findings.probing.target import HostRules, Target
from tftptui.net.interfaces import interface_addresses
from tftptui.telemetry.escapes import visible
from tftptui.telemetry.probe_trials import Trial

_USUAL = (40_000, 49_152, 60_999)
"""Possible server ports of replies, if none is known."""

_MOST = 4

Interfaces = Mapping[str, Sequence[IPv4Interface | IPv6Interface]]


def look_here(
    target: Target,
    by_port: Sequence[Trial],
    read: Callable[[], Filters] = read_filters,
    interfaces: Callable[[], Interfaces] = interface_addresses,
    may: Callable[[], bool] = may_read,
) -> Target:
    """Return TARGET with the effect of this host's own rules on replies.

    The rules are read, which takes a while, only if a trial got no reply.

    Args:
        target: the server and the file.
        by_port: results by client port.
        read: returns the rules.
        interfaces: returns this host's addresses.
        may: returns whether the rules can be read.
    """
    if all(one.outcome != "silent" for one in by_port):
        return target
    if not sys.platform.startswith("linux"):
        return replace(target, rules=HostRules("its rules can be read on Linux only"))
    if not may():
        return replace(target, rules=HostRules("only root can read its rules"))
    tids = sorted({one.server_tid for one in by_port if one.server_tid is not None})
    try:
        ends = _ends(target, (one.port for one in by_port), interfaces())
        rules = _rules(_ruleset(read()), ends, target.port, tids[:_MOST] or _USUAL)
    except RulesetError as error:
        rules = HostRules(visible(str(error)))
    return replace(target, rules=rules)


def _ruleset(filters: Filters) -> Ruleset:
    """Return the rules.

    Raises:
        RulesetError: they can't be read, and why.
    """
    if filters.trouble:
        raise RulesetError(filters.trouble)
    return read_host(filters.nft, filters.saved, filters.legacy)


def _ends(
    target: Target, ports: Iterable[int], interfaces: Interfaces
) -> Iterator[Ends]:
    """Yield the endpoints for each of our ports, with the device.

    Raises:
        RulesetError: our address is not known, so nothing can be evaluated.
    """
    try:
        server, own = (
            ip_address(target.server.partition("%")[0]),
            ip_address(target.own),
        )
    except ValueError:
        raise RulesetError("the own address towards the server is unknown") from None
    homes = [
        name for name, found in interfaces.items() if any(a.ip == own for a in found)
    ]
    # A host sends packets to itself by its loopback, for any address.
    device = "lo" if own == server or not homes else homes[0]
    for port in ports:
        yield Ends(own, port, server, device)


def _rules(
    ruleset: Ruleset, ends: Iterable[Ends], request_port: int, tids: Sequence[int]
) -> HostRules:
    """Evaluate replies from any of TIDS to each end; requests go to REQUEST_PORT."""
    stops: dict[int, str] = {}
    doubts: dict[int, str] = {}
    for each in ends:
        found = [
            judge_answer(ruleset, each, request_port=request_port, answering=t)
            for t in tids
        ]
        against = [one for one in found if one.passes is not True]
        if not against:
            continue
        is_sure = all(one.passes is False for one in found)
        (stops if is_sure else doubts)[each.client_port] = visible(against[0].by)
    return HostRules(stops=stops, doubts=doubts)
