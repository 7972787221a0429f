"""The parts of a finding as people say them."""

from tftptui.telemetry.findings import FACT, LIKELY, Knob, Place, Verdict

PLACES: dict[Place, str] = {
    "server": "on this host",
    "server-segment": "on this host's own network segment",
    "between": "between the two machines",
    "between-or-client": "between the two machines or in the client's own firewall "
    "(from here they look alike)",
    "between-or-server": "between the two machines or in this host's own firewall",
    "client-segment": "in the client's own firewall, or at a switch or bridge before "
    "it: no router stands between",
    "client": "at the client, or a NAT before it",
    "nobody": "nobody blocks anything",
    "unknown": "can't be told from here",
}
SEEN_BY_CLIENT: dict[Place, str] = PLACES | {
    "server": "at the server",
    "server-segment": "on the server's own network segment",
    "between-or-client": "between the two machines or in this host's own firewall "
    "(from here they look alike)",
    "between-or-server": "between the two machines or in the server's own firewall",
    "client": "on this host",
}
"""The same where the client looks: its host is this one."""

SEEN_IN_CAPTURE: dict[Place, str] = PLACES | {
    "server": "at the server",
    "server-segment": "on the server's own network segment",
    "between-or-client": "between the two machines or in the client's own firewall "
    "(in a capture they look alike)",
    "between-or-server": "between the two machines or in the server's own firewall",
    "unknown": "can't be told from this capture",
}
"""The same where somebody looks at a capture."""

KNOBS: dict[Knob, str] = {
    "port-range": "another server range",
    "single-port": "single-port mode",
    "block-size": "smaller blocks",
    "timeout": "a longer time-out",
    "helper": "helper on the firewall",
    "client-port": "another client port",
}
KNOBS_ON_SCREEN = KNOBS | {"single-port": "single-port mode (r)"}
"""The same with the keys that turn them."""

VERDICTS: dict[Verdict, str] = {"yes": "yes", "no": "no", "unknown": "can't tell"}


def how_sure(confidence: float) -> str:
    """Return the confidence as people say it."""
    if confidence >= FACT:
        return "sure"
    return "most likely" if confidence >= LIKELY else "possible"
