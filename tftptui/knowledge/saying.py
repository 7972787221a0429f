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
KNOBS: dict[Knob, str] = {
    "port-range": "another server range",
    "single-port": "single-port mode (r)",
    "block-size": "smaller blocks",
    "timeout": "a longer time-out",
    "helper": "helper on the firewall",
    "client-port": "another client port",
}
VERDICTS: dict[Verdict, str] = {"yes": "yes", "no": "no", "unknown": "can't tell"}


def how_sure(confidence: float) -> str:
    """Return the confidence as people say it."""
    if confidence >= FACT:
        return "sure"
    return "most likely" if confidence >= LIKELY else "possible"
