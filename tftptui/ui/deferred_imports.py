"""Modules that the first frame does not need, imported right after it.

The UI may run for weeks, and an upgrade may replace its files meanwhile: a module
imported later, after a key press, would not match the rest. So every module that a key
may need is imported within the first second, a few at a time.
"""

import sys
from collections import deque
from importlib import import_module

AFTERWARDS = (
    "tftptui.ui.screens.question",
    "tftptui.ui.screens.help",
    "tftptui.knowledge.names",
    "tftptui.knowledge.recipes",
    "tftptui.ui.screens.client_commands",
    "tftptui.ui.screens.columns",
    "tftptui.ui.screens.firewall",
    "tftptui.telemetry.records.export",
    "tftptui.ui.ladder.list",
    "tftptui.ui.screens.transfer",
    "tftptui.ui.screens.transfer_commands",
    "rich.syntax",
    "pygments.lexers.shell",
    "pygments.lexers.configs",
    "pygments.lexers.data",
    "tftptui.ui.screens.all_messages",
    "tftptui.ui.screens.preview",
    "tftptui.ui.screens.packet",
    "tftptui.ui.screens.file_commands",
    "tftptui.ui.policy.table",
    "tftptui.ui.screens.policy",
    "psutil",
    "tftptui.engine.holders.rights",
    "tftptui.client.probe",
    "tftptui.doctor.reading.host",
    "tftptui.doctor.packet_filter",
    "tftptui.doctor.checks.all_checks",
    "tftptui.ui.screens.doctor",
    "tftptui.ui.screens.wire",
)
"""In this order each import is short: dependencies come first."""

STEP = 0.02
"""Seconds between two imports, so that the UI stays responsive."""


class Later:
    """Imports the modules one by one."""

    def __init__(self) -> None:
        self._due = deque(AFTERWARDS)

    def import_next(self) -> bool:
        """Import the next missing module; return whether there may be more."""
        while self._due:
            name = self._due.popleft()
            if name not in sys.modules:
                import_module(name)
                return True
        return False
