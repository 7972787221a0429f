"""Errors of this host's own sends, as evidence."""

import errno
from dataclasses import replace

from tftptui.findings.facts import Facts
from tftptui.telemetry.findings import Evidence
from tftptui.telemetry.views import TransferView


def failing(facts: Facts, numbers: set[int]) -> Facts:
    """Return facts with those tries alone whose packets do not leave for such reasons.

    What an earlier one was sent may have left before a rule or a route was changed.
    """
    failing = [one for one in facts.tries if one.send_errno in numbers]
    return replace(facts, tries=() if facts.heard else tuple(failing))


def failure(view: TransferView) -> Evidence:
    """Return which send fails, and with which error."""
    name = errno.errorcode.get(view.send_errno, str(view.send_errno))
    return Evidence(
        text=f"sending from {view.server} port {view.server_tid} fails here: {name}",
        transfer=view.number,
        time=view.started,
    )
