"""Reports if this host's firewall blocks requests, until one arrives."""

from collections.abc import Callable

from tftptui.engine.host_firewall import HostFirewall
from tftptui.findings.causes import Affected
from tftptui.findings.facts import Scene
from tftptui.findings.host.requests_not_arriving import requests_stopped
from tftptui.findings.reporting import Reporter
from tftptui.server.clock import Clock
from tftptui.telemetry.findings import Finding


class BlockedRequests:
    """Checks the firewall rules as long as no request has arrived.

    Args:
        clock: source of times.
        reporter: gets the finding.
        rules: this host's firewall; None if nobody reads it.
    """

    def __init__(
        self, clock: Clock, reporter: Reporter, rules: HostFirewall | None
    ) -> None:
        self._clock, self._reporter, self._rules = clock, reporter, rules
        self._is_reached = False
        self._finding: Finding | None = None

    def reached(self) -> None:
        """Record that a request has arrived."""
        self._is_reached = True
        self._withdraw("a request has arrived")

    def look(self, scene_of: Callable[[str], Scene]) -> None:
        """Check the rules, and report or withdraw the finding."""
        if self._is_reached or self._rules is None:
            return
        now = self._clock.now()
        self._rules.refresh(now, is_idle=True)
        scene = scene_of("")
        block = self._rules.stops_requests(scene, now)
        if block is None:
            self._withdraw("this host's own rules let requests in")
        elif self._finding is None:
            wall = self._clock.wall()
            draft = requests_stopped(block, self._rules.address, scene, wall)
            self._finding = self._reporter.alarm(draft, Affected([], []))

    def _withdraw(self, why: str) -> None:
        if self._finding is not None:
            self._reporter.withdraw(self._finding, why)
            self._finding = None
