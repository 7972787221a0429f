"""Findings about ARP and DHCP before a request: report, revise, withdraw."""

from dataclasses import dataclass

from tftptui.findings.boot.cable import missing_address
from tftptui.findings.boot.rules import BEFORE_REQUEST
from tftptui.findings.boot.wire_facts import WireFacts, wire_facts
from tftptui.findings.causes import Affected
from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft
from tftptui.findings.reporting import Reporter
from tftptui.telemetry.findings import Finding
from tftptui.wire.devices import Device, Devices

KEPT = 60.0
"""Seconds after which a finding ends that its rule no longer reports: machines
pause."""


@dataclass(slots=True)
class _Shown:
    """A reported finding, and when its rule last reported it."""

    finding: Finding
    held: float


class WireFindings:
    """Reports each finding once as long as it holds; see Reporter.

    Attributes:
        missing: addresses that machines look for and no host has, by MAC address.
    """

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter
        self.missing: dict[bytes, str] = {}
        self._shown: dict[tuple[Code, bytes], _Shown] = {}

    def of(self, device: Device) -> tuple[int, ...]:
        """Return the numbers of the findings about a machine."""
        shown = self._shown.items()
        return tuple(one.finding.number for (_, mac), one in shown if mac == device.mac)

    def look(self, devices: Devices, now: float) -> list[Device]:
        """Check all machines; return those whose findings have changed.

        Args:
            devices: the machines with their histories.
            now: seconds of the clock used in the histories.
        """
        changed: dict[bytes, Device] = {}
        self.missing.clear()
        for facts in wire_facts(devices, now):
            before = self.of(facts.device)
            self._judge(facts)
            if self.of(facts.device) != before:
                changed[facts.device.mac] = facts.device
        known = {device.mac for device in devices}
        for key in [one for one in self._shown if one[1] not in known]:
            self._withdraw(key, "it has not been heard for a long time")
        return list(changed.values())

    def withdraw_all(self, why: str) -> None:
        """Withdraw all findings."""
        self.missing.clear()
        for key in list(self._shown):
            self._withdraw(key, why)

    def _judge(self, facts: WireFacts) -> None:
        mac = facts.device.mac
        if target := missing_address(facts):
            self.missing[mac] = target
        drafts = (rule(facts) for rule in BEFORE_REQUEST)
        holding = {(one.code, mac): one for one in drafts if one is not None}
        for key in [one for one in self._shown if one[1] == mac and one not in holding]:
            if why := _over(key[0], facts, self._shown[key].held):
                self._withdraw(key, why)
        whose = Affected([facts.device.address] if facts.device.address else [], [])
        for key, draft in holding.items():
            found = self._tell(self._shown.get(key), draft, whose)
            if found is not None:  # otherwise too many: tried again
                self._shown[key] = _Shown(found, facts.now)

    def _tell(
        self, shown: _Shown | None, draft: Draft, whose: Affected
    ) -> Finding | None:
        report = self._reporter
        if shown is not None:
            return report.revise(shown.finding, draft, whose)
        return (report.alarm if draft.is_alarm else report.note)(draft, whose)

    def _withdraw(self, key: tuple[Code, bytes], why: str) -> None:
        self._reporter.withdraw(self._shown.pop(key).finding, why)


def _over(code: Code, facts: WireFacts, held: float) -> str:
    """Return why a finding last HELD then is over; "" while it may still hold."""
    attempt = facts.attempt
    if code is Code.ADDRESS_MISSING and facts.own_addresses & set(facts.device.lookups):
        return "this host has the address now"
    if attempt.requested is not None:
        return f"it has sent a TFTP request to {attempt.requested.server}"
    if attempt.ack is not None:
        return f"it has a reply from {attempt.ack.server}"
    return "it has not happened again" if facts.now - held > KEPT else ""
