"""The parts of a finding as people say them."""

from tftptui.telemetry.findings import FACT, LIKELY, Knob, Place, Verdict

PLACES: dict[Place, str] = {
    "server": "on this host",
    "server-segment": "on this host's own network segment",
    "between": "between the two machines, not on this host",
    "between-or-client": "between the two machines or in the client's own firewall "
    "(from here they look alike), not on this host",
    "client": "at the client, or a NAT before it",
    "nobody": "nobody blocks anything",
    "unknown": "can't be told from here",
}
SEEN_BY_CLIENT: dict[Place, str] = PLACES | {
    "server": "at the server",
    "server-segment": "on the server's own network segment",
    "between": "between the two machines",
    "between-or-client": "between the two machines or in this host's own firewall "
    "(from here they look alike)",
    "client": "on this host",
}
"""The same where the client looks: its host is this one."""

SEEN_IN_CAPTURE: dict[Place, str] = PLACES | {
    "server": "at the server",
    "server-segment": "on the server's own network segment",
    "between": "between the two machines",
    "between-or-client": "between the two machines or in the client's own firewall "
    "(in a capture they look alike)",
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


def place_of_drop(*, spares_client: bool) -> Place:
    """Return where silence is made: on the way, or the client's firewall can be it.

    SPARES_CLIENT: it has none, as boot firmware, or another port of the same host
    gets its answers.
    """
    return "between" if spares_client else "between-or-client"


def how_sure(confidence: float) -> str:
    """Return the confidence as people say it."""
    if confidence >= FACT:
        return "sure"
    return "most likely" if confidence >= LIKELY else "possible"
