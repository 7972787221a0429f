"""All rules about the wire, and the findings that are new."""

from collections.abc import Callable

from tftptui.findings.boot import cable, late_port, no_reply, replies
from tftptui.findings.boot.wire_facts import WireFacts, wire_facts
from tftptui.findings.draft import Draft
from tftptui.wire.devices import Device, Devices

WireRule = Callable[[WireFacts], Draft | None]

BEFORE_REQUEST: tuple[WireRule, ...] = (
    cable.link_flaps,
    cable.address_missing,
    no_reply.nobody_answers,
    no_reply.proxy_ignored,
    replies.two_dhcp,
    replies.sent_elsewhere,
    replies.file_not_named,
    replies.http_only,
    replies.name_differs,
    late_port.late_port,
)
"""All that match are reported: each is about another setting."""

_MOST_REPORTED = 4_096


class NewFindings:
    """Returns each finding once for each boot of a machine."""

    def __init__(self) -> None:
        self._reported: dict[tuple[str, bytes, float], None] = {}

    def look(self, devices: Devices, now: float) -> list[tuple[Device, Draft]]:
        """Return new findings at NOW, in seconds of the events' clock."""
        found = []
        for facts in wire_facts(devices, now):
            begun = facts.device.attempt.begun if facts.device.attempt else 0.0
            for rule in BEFORE_REQUEST:
                draft = rule(facts)
                if draft is None:
                    continue
                key = (draft.code, facts.device.mac, begun)
                if key not in self._reported:
                    self._reported[key] = None
                    found.append((facts.device, draft))
        while len(self._reported) > _MOST_REPORTED:
            del self._reported[next(iter(self._reported))]
        return found
