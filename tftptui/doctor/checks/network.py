"""Checks of addresses, devices and the way back."""

from collections.abc import Iterator
from ipaddress import ip_address

from tftptui.doctor.facts import EVERYWHERE, Device, Facts
from tftptui.doctor.result import Result, bad, ok, warn

_HEADERS = 32
"""Octets of IPv4, UDP and TFTP before the data of a block."""

_USUAL_MTU, _LEAST_MTU = 1_500, 576
_STRICT = 1


def check_network(facts: Facts, listen: tuple[str, ...]) -> Iterator[Result]:
    """Judge addresses, MTU and rp_filter."""
    yield from _addresses(facts, listen)
    yield from _mtus(facts)
    yield from _way_back(facts)


def _addresses(facts: Facts, listen: tuple[str, ...]) -> Iterator[Result]:
    yield from _listening(facts, listen)
    if not facts.reachable():
        yield bad(
            "address",
            "this machine has no address that clients could ask",
            "ip address",
            "sudo ip link set DEVICE up",
        )
        return
    for device, address in facts.reachable(listen):
        text = f"clients in {address.network} ({device.name}) ask {address.ip}"
        yield ok("address", text)
    heard = facts.heard_sources(listen)
    for version in (4, 6):
        if ours := [str(one) for one in heard if one.version == version]:
            text = f"clients elsewhere reach us as {', '.join(ours)} (IPv{version})"
            yield ok("address", text)
    if not facts.sources:
        yield warn(
            "address",
            "there is no default route: clients of other networks get no answer",
            "ip route",
        )


def _listening(facts: Facts, listen: tuple[str, ...]) -> Iterator[Result]:
    """Judge addresses that the server is told to listen on."""
    up = [device for device in facts.devices if device.is_up]
    own = {str(address.ip) for device in up for address in device.addresses}
    for address in listen:
        host = address.strip("[]").partition("%")[0]
        if host not in own | EVERYWHERE.keys():
            text = f"--listen {address} is no address of this machine that is up"
            if facts.system == "Linux":
                text += ": the server starts, and waits for it"
                yield warn("address", text, "ip address")
            else:
                yield bad("address", text, "ip address")
        elif host in own and ip_address(host).is_loopback:
            text = f"--listen {address}: only programs of this machine can ask"
            yield warn("address", text)


def _mtus(facts: Facts) -> Iterator[Result]:
    seen = {device.name: device for device, _ in facts.reachable()}
    for device in seen.values():
        yield _mtu(device)


def _mtu(device: Device) -> Result:
    text = f"{device.name} carries {device.mtu} octets: blocks up to "
    text += f"{device.mtu - _HEADERS} travel whole"
    if device.mtu > _USUAL_MTU:
        return warn(
            "mtu",
            f"{text}; where a client or a switch has {_USUAL_MTU} only, larger ones "
            "are lost",
            f"tftptui --max-blksize {_USUAL_MTU - _HEADERS}",
        )
    if device.mtu < _LEAST_MTU:
        return warn(
            "mtu",
            f"{text}, and even the usual 512 does not fit",
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
                f"{device.name} drops, without a word, requests of clients whose "
                "way back leads over another interface",
                f"sudo sysctl -w net.ipv4.conf.{device.name}.rp_filter=2",
            )
    elif any(d.return_path is not None for d in names.values()):
        yield ok("rp_filter", "no request is dropped for the interface it comes by")
