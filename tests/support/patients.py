"""Facts of a healthy host, to be changed in one way at a time."""

import json
from ipaddress import ip_address, ip_interface
from pathlib import Path
from typing import Any

from tftptui.doctor.facts import Device, Facts, Filters, Screen, Served
from tftptui.settings import Settings

ROOT = Path("/srv/tftp")
SETTINGS = Settings(root=ROOT)
OWN = "10.1.2.3"

ETH0 = Device(
    name="eth0",
    is_up=True,
    mtu=1_500,
    addresses=(ip_interface(f"{OWN}/24"),),
    return_path=2,
)
LO = Device(name="lo", is_up=True, mtu=65_536, addresses=(ip_interface("127.0.0.1/8"),))

SCREEN = Screen(
    is_terminal=True, name="xterm-256color", encoding="UTF-8", columns=140, lines=40
)


def facts(**changes: Any) -> Facts:
    """Return the facts of a healthy host, with changes."""
    well: dict[str, Any] = {
        "system": "Linux",
        "user": "root",
        "is_root": True,
        "bind_errno": None,
        "first_plain_port": 1_024,
        "may_bind_low": True,
        "holders": (),
        "devices": (LO, ETH0),
        "sources": (ip_address(OWN),),
        "ephemeral": (45_000, 60_999),
        "reserved": (),
        "filters": Filters(nft=nft()),
        "tracked": 10,
        "tracked_most": 1_000,
        "helper": True,
        "watches": 8_192,
        "instances": 128,
        "descriptors": None,
        "requests_at_once": 10_000,
        "served": Served(path=ROOT, is_writable=True),
        "year": 2_026,
        "is_synchronised": True,
        "screen": SCREEN,
    }
    return Facts(**well | changes)


Json = dict[str, object]

PLACE: Json = {"family": "inet", "table": "filter"}


def nft(*objects: Json) -> str:
    """Return nft's output for objects such as chains and rules."""
    return json.dumps({"nftables": [{"metainfo": {"version": "1.0.6"}}, *objects]})


def chain(name: str, policy: str = "drop", priority: int = 0) -> Json:
    """Return a base chain at the hook of its name."""
    body = {"name": name, "type": "filter", "hook": name, "prio": priority}
    return {"chain": {**PLACE, **body, "policy": policy}}


def rule(in_chain: str, *expressions: Json) -> Json:
    """Return a rule of a chain."""
    return {"rule": {**PLACE, "chain": in_chain, "handle": 7, "expr": [*expressions]}}


def match(left: Json, right: object, operator: str = "==") -> Json:
    """Return an expression that matches if LEFT is RIGHT."""
    return {"match": {"op": operator, "left": left, "right": right}}


def payload(protocol: str, field: str) -> Json:
    """Return a field of a packet."""
    return {"payload": {"protocol": protocol, "field": field}}


ACCEPT: Json = {"accept": None}
DROP: Json = {"drop": None}
DPORT, SPORT = payload("udp", "dport"), payload("udp", "sport")
SADDR, DADDR = payload("ip", "saddr"), payload("ip", "daddr")
STATE: Json = {"ct": {"key": "state"}}
