"""Labels for the parts of a finding."""

from tftptui.findings.codes import Code
from tftptui.telemetry.findings import Knob, Place, Verdict

PLACES: dict[Place, str] = {
    "server": "on this host",
    "server-segment": "on this host's own network segment",
    "between": "between client and server",
    "between-or-client": "between client and server, or in the client's own firewall "
    "(from here they look alike)",
    "between-or-server": "between client and server, or in this host's own firewall",
    "client-segment": "in the client's own firewall, or in the switch or bridge in "
    "front of it: no router is in between",
    "client": "at the client, or at a NAT in front of it",
    "nobody": "nothing is blocked",
    "unknown": "unknown from here",
}
SEEN_BY_CLIENT: dict[Place, str] = PLACES | {
    "server": "at the server",
    "server-segment": "on the server's own network segment",
    "between-or-client": "between client and server, or in this host's own firewall "
    "(from here they look alike)",
    "between-or-server": "between client and server, or in the server's own firewall",
    "client": "on this host",
}
"""The same seen from the client, which then is "this host"."""

SEEN_IN_CAPTURE: dict[Place, str] = PLACES | {
    "server": "at the server",
    "server-segment": "on the server's own network segment",
    "between-or-client": "between client and server, or in the client's own firewall "
    "(in a capture they look alike)",
    "between-or-server": "between client and server, or in the server's own firewall",
    "unknown": "unknown from this capture",
}
"""The same for a capture."""

_OF_CODE: dict[str, str] = {
    Code.PROXY_IGNORED: "at the client",
    Code.HTTP_ONLY: "at the client",
    Code.NAME_DIFFERS: "at the client",
    Code.ADDRESS_UNREACHABLE: "at the client, or on the path back to it",
}
"""Codes for which no NAT and no firewall can be the cause."""


def place_of(code: str, place: Place, *, is_capture: bool) -> str:
    """Return where the cause of a finding is."""
    return _OF_CODE.get(code) or (SEEN_IN_CAPTURE if is_capture else PLACES)[place]


KNOBS: dict[Knob, str] = {
    "port-range": "another server range",
    "single-port": "single-port mode",
    "block-size": "smaller blocks",
    "timeout": "a longer timeout",
    "helper": "firewall TFTP helper",
    "client-port": "another client port",
}
KNOBS_ON_SCREEN = KNOBS | {"single-port": "single-port mode (r)"}
"""The same with their keys."""

VERDICTS: dict[Verdict, str] = {"yes": "yes", "no": "no", "unknown": "depends"}
