"""The facts for rules about the wire, and how they make drafts."""

from dataclasses import dataclass
from functools import cached_property

from tftptui.findings.draft import Draft
from tftptui.findings.ends import never
from tftptui.findings.facts import Facts
from tftptui.findings.helps import Row, no_port_matters
from tftptui.findings.kind import Kind
from tftptui.telemetry.findings import Evidence, Place, Remedy
from tftptui.wire.devices import Attempt, Device, Devices, Link
from tftptui.wire.dhcp import mac_text

_BEFORE = "this happens before the first TFTP request"

NO_REQUEST: Row = no_port_matters(_BEFORE, _BEFORE, _BEFORE, _BEFORE)
"""Would it help? Nothing about TFTP does, before the first request."""

ends = never
"""A finding about the wire states what has happened; it is never withdrawn."""


@dataclass(frozen=True)
class WireFacts:
    """A device's packets, and where they were heard.

    Attributes:
        now: time of evaluation, in seconds of the events' clock.
        own_addresses: of this host, on all interfaces.
        watched: start of listening; 0 if unknown.
        neighbors: number of other machines known on the same interface.
    """

    now: float
    device: Device
    link: Link
    own_addresses: frozenset[str]
    neighbors: int = 0
    watched: float = 0.0

    @cached_property
    def attempt(self) -> Attempt:
        """Its latest boot; an empty one if it only did ARP."""
        return self.device.attempt or Attempt(begun=self.now)

    @property
    def name(self) -> str:
        """The machine's name at the start of a sentence."""
        title = self.device.title()
        return mac_text(self.device.mac) + (f" ({title})" if title else "")

    def draft(  # noqa: PLR0913 - what a finding is made of
        self,
        kind: Kind,
        headline: str,
        *,
        confidence: float,
        evidence: tuple[str, ...],
        remedies: tuple[str | Remedy, ...],
        stands_at: Place = "unknown",
        is_alarm: bool = True,
        proof: str = "",
    ) -> Draft:
        """Return a finding about this machine."""
        since = self.attempt.begun
        facts = Facts(now=self.now, client=self.device.address, file="")
        return Draft(
            kind=kind,
            headline=headline,
            confidence=confidence,
            stands_at=stands_at,
            is_alarm=is_alarm,
            since=since,
            evidence=tuple(Evidence(text=text, time=since) for text in evidence),
            remedies=tuple(
                one if isinstance(one, Remedy) else Remedy(text=one) for one in remedies
            ),
            helps=kind.would_help(facts),
            proof=proof,
        )


def wire_facts(devices: Devices, now: float) -> list[WireFacts]:
    """Return the facts of each known device."""
    own, found = frozenset(devices.own_addresses()), list(devices)
    at = [one.interface for one in found]
    return [
        WireFacts(
            now, one, link, own, at.count(one.interface) - 1, watched=devices.began
        )
        for one in found
        if (link := devices.links.get(one.interface)) is not None
    ]
