"""Reads the facts of an interface from ``ip`` and /sys (Linux)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from ipaddress import IPv4Interface, IPv4Network
from pathlib import Path
from typing import Any

from tftptui.cable.guards import InterfaceFacts
from tftptui.cable.ip_program import IpError, run_ip

SYS = Path("/sys/class/net")

_WIRELESS = ("wireless", "phy80211")


class NoInterfaceError(Exception):
    """There is no such interface, or its facts can't be read."""


def read_interface(name: str) -> InterfaceFacts:
    """Return the current facts of an interface.

    Raises:
        NoInterfaceError: it does not exist, or ``ip`` is missing.
    """
    links = _ip_json("-details", "address", "show")
    routes = [*_ip_json("-4", "route", "show", "table", "all")]
    routes += _ip_json("-6", "route", "show", "table", "all", "default")
    is_wireless = any((SYS / name / mark).exists() for mark in _WIRELESS)
    return facts_from(name, links, routes, is_wireless=is_wireless)


def facts_from(
    name: str,
    links: Sequence[Mapping[str, Any]],
    routes: Sequence[Mapping[str, Any]],
    *,
    is_wireless: bool,
) -> InterfaceFacts:
    """Return the facts from ``ip -json``: all links with addresses, and routes.

    Raises:
        NoInterfaceError: there is no interface NAME.
    """
    by_name = {str(link.get("ifname", "")): link for link in links}
    if name not in by_name:
        names = ", ".join(sorted(one for one in by_name if one not in {"", "lo"}))
        raise NoInterfaceError(f"there is no interface {name}; there are: {names}")
    link = by_name[name]
    master = str(link.get("master", ""))
    own = [one for one in link.get("addr_info", ()) if one.get("scope") != "link"]
    return InterfaceFacts(
        name=name,
        link_type=str(link.get("link_type", "")),
        kind=_kind(link),
        master=master,
        master_kind=_kind(by_name.get(master, {})),
        is_wireless=is_wireless,
        is_up="UP" in link.get("flags", ()),
        mac=_mac(str(link.get("address", ""))),
        default_gateways=tuple(
            str(hop.get("gateway", ""))
            for route in routes
            if route.get("dst") == "default"
            for hop in (route, *route.get("nexthops", ()))
            if hop.get("dev") == name
        ),
        leased=tuple(_text(one) for one in own if one.get("dynamic")),
        addresses=tuple(
            IPv4Interface(_text(one))
            for one in own
            if one.get("family") == "inet" and not one.get("dynamic")
        ),
        other_networks=tuple(dict.fromkeys(_elsewhere(name, links, routes))),
    )


def _elsewhere(
    name: str, links: Sequence[Mapping[str, Any]], routes: Sequence[Mapping[str, Any]]
) -> Iterator[IPv4Network]:
    """Yield the networks of other interfaces."""
    for link in links:
        for one in link.get("addr_info", ()):
            if link.get("ifname") != name and one.get("family") == "inet":
                yield IPv4Interface(_text(one)).network
    for route in routes:
        is_to_others = route.get("type", "unicast") == "unicast"
        if is_to_others and route.get("dev") != name:
            with suppress(ValueError):  # "default", or IPv6
                yield IPv4Network(str(route.get("dst")))


def _kind(link: Mapping[str, Any]) -> str:
    return str(link.get("linkinfo", {}).get("info_kind", ""))


def _text(address: Mapping[str, Any]) -> str:
    return f"{address.get('local')}/{address.get('prefixlen')}"


def _mac(text: str) -> bytes:
    try:
        return bytes.fromhex(text.replace(":", ""))
    except ValueError:
        return b""


def _ip_json(*arguments: str) -> list[dict[str, Any]]:
    try:
        found = json.loads(run_ip(["-json", *arguments]) or "[]")
    except (IpError, json.JSONDecodeError) as error:
        raise NoInterfaceError(str(error)) from error
    return found if isinstance(found, list) else []
