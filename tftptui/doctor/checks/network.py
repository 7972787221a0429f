"""Checks of addresses, interfaces and return routes."""

from collections.abc import Iterator
from ipaddress import ip_address

from tftptui.doctor.facts import EVERYWHERE, Device, Facts
from tftptui.doctor.result import Result, bad, ok, warn
from tftptui.protocol.options import path_block_size

_USUAL_MTU, _LEAST_MTU = 1_500, 576
_STRICT = 1


def check_network(facts: Facts, listen: tuple[str, ...]) -> Iterator[Result]:
    """Check addresses, MTU and rp_filter."""
    yield from _addresses(facts, listen)
    yield from _mtus(facts)
    yield from _way_back(facts)


def _addresses(facts: Facts, listen: tuple[str, ...]) -> Iterator[Result]:
    yield from _listening(facts, listen)
    if not facts.reachable():
        yield bad(
            "address",
            "this host has no address that clients can reach",
            "ip address",
            "sudo ip link set DEVICE up",
        )
        return
    for device, address in facts.reachable(listen):
        text = f"clients in {address.network} ({device.name}) use {address.ip}"
        yield ok("address", text)
    heard = facts.heard_sources(listen)
    for version in (4, 6):
        if ours := [str(one) for one in heard if one.version == version]:
            text = f"clients in other networks use {', '.join(ours)} (IPv{version})"
            yield ok("address", text)
    if not facts.sources:
        yield warn(
            "address",
            "no default route: clients in other networks get no reply",
            "ip route",
        )


def _listening(facts: Facts, listen: tuple[str, ...]) -> Iterator[Result]:
    """Check the addresses of --listen."""
    up = [device for device in facts.devices if device.is_up]
    own = {str(address.ip) for device in up for address in device.addresses}
    for address in listen:
        host = address.strip("[]").partition("%")[0]
        if host not in own | EVERYWHERE.keys():
            text = f"--listen {address}: no interface that is up has this address"
            if facts.system == "Linux":
                text += "; the server starts and waits for it"
                yield warn("address", text, "ip address")
            else:
                yield bad("address", text, "ip address")
        elif host in own and ip_address(host).is_loopback:
            text = f"--listen {address}: only programs on this host can reach it"
            yield warn("address", text)


def _mtus(facts: Facts) -> Iterator[Result]:
    seen = {device.name: device for device, _ in facts.reachable()}
    for device in seen.values():
        yield _mtu(device)


def _mtu(device: Device) -> Result:
    text = f"{device.name} has MTU {device.mtu}: blocks up to "
    text += f"{path_block_size(device.mtu, ipv6=False)} bytes fit in one packet"
    if device.mtu > _USUAL_MTU:
        return warn(
            "mtu",
            f"{text}; where a client or switch has MTU {_USUAL_MTU}, larger blocks "
            "are lost",
            f"tftptui --max-blksize {path_block_size(_USUAL_MTU, ipv6=False)}",
        )
    if device.mtu < _LEAST_MTU:
        return warn(
            "mtu",
            f"{text}, less than the default block of 512",
            f"ip link set {device.name} mtu {_USUAL_MTU}",
        )
    return ok("mtu", text)


def _way_back(facts: Facts) -> Iterator[Result]:
    names = {device.name: device for device, _ in facts.reachable()}
    strict = [d for d in names.values() if d.return_path == _STRICT]
    if strict and len(names) > 1:
        for device in strict:
            yield warn(
                "rp_filter",
                f"{device.name} silently drops requests of clients whose route back "
                "uses another interface",
                f"sudo sysctl -w net.ipv4.conf.{device.name}.rp_filter=2",
            )
    elif any(d.return_path is not None for d in names.values()):
        yield ok("rp_filter", "reverse path filtering drops no request")
