"""The fields of a packet that rules can match, by their names in nft's JSON."""

from collections.abc import Callable

from tftptui.doctor.packet_filter.model import Packet, State
from tftptui.doctor.packet_filter.values import Json, Value

_VERSION = {"ip": 4, "ip6": 6}


class NotThereError(Exception):
    """The packet has no such field, so no rule about it matches."""


class UnknownFieldError(Exception):
    """The model does not support this field."""


def field_value(left: Json, packet: Packet) -> Value | list[Value]:
    """Return the value of a match's left side for a packet; a list for concat.

    Raises:
        NotThereError, UnknownFieldError: there is no value.
    """
    match left:
        case {"concat": list() as parts}:
            values = [field_value(part, packet) for part in parts]
            return [value for value in values if not isinstance(value, list)]
        case {"payload": {"protocol": str() as protocol, "field": str() as name}}:
            return _payload(protocol, name, packet)
        case {"meta": {"key": str() as key}}:
            return _meta(key, packet)
        case {"ct": {"key": str() as key}}:
            return _conntrack(key, packet)
        case _:
            return _derived(left, packet)


def _derived(left: Json, packet: Packet) -> Value:
    """Return the result of a routing lookup (fib), or raise."""
    match left:
        case {"exthdr": _} | {"tcp option": _} | {"sctp chunk": _}:
            raise NotThereError  # TFTP packets have none of them
        case {"fib": {"result": "type", "flags": ["daddr"]}} if packet.is_inward:
            return "local"  # only packets to this host are evaluated
        case {"fib": {"result": "oif", "flags": list() as flags}} if "iif" in flags:
            return True  # the packet's device is that of its return route
        case _:
            raise UnknownFieldError


def _payload(protocol: str, name: str, packet: Packet) -> Value:
    if protocol in _VERSION:
        if packet.version != _VERSION[protocol]:
            raise NotThereError
        fields: dict[str, Value] = {
            "saddr": packet.source,
            "daddr": packet.destination,
            "protocol": "udp",
            "nexthdr": "udp",
            "version": packet.version,
        }
    elif protocol in ("udp", "th"):
        fields = {"sport": packet.source_port, "dport": packet.destination_port}
    elif protocol in ("tcp", "icmp", "icmpv6", "sctp", "dccp", "udplite", "esp", "ah"):
        raise NotThereError
    else:
        raise UnknownFieldError
    if name not in fields:
        raise UnknownFieldError
    return fields[name]


def _meta(key: str, packet: Packet) -> Value:
    known: dict[str, Callable[[], Value]] = {
        "l4proto": lambda: "udp",
        "nfproto": lambda: f"ipv{packet.version}",
        "protocol": lambda: "ip" if packet.version == _VERSION["ip"] else "ip6",
        "iifname": lambda: _device(packet, is_inward=True),
        "iif": lambda: _device(packet, is_inward=True),
        "oifname": lambda: _device(packet, is_inward=False),
        "oif": lambda: _device(packet, is_inward=False),
        "pkttype": lambda: "host" if packet.is_inward else "other",
    }
    if key not in known:
        raise UnknownFieldError
    return known[key]()


def _device(packet: Packet, *, is_inward: bool) -> Value:
    if packet.is_inward is not is_inward:
        raise NotThereError
    return packet.device


def _conntrack(key: str, packet: Packet) -> Value:
    if packet.state is None:
        raise UnknownFieldError
    if key == "state":
        return packet.state.value
    if packet.state in (State.UNTRACKED, State.INVALID):
        raise NotThereError
    if key == "helper":
        if packet.helper is None:
            raise NotThereError
        return packet.helper
    if key == "direction":
        return "reply" if packet.is_reply else "original"
    raise UnknownFieldError
