"""Findings from trials with many client ports, made on the client's side.

From there, lost requests and lost replies look the same: nothing comes back. Comparing
ports, sizes and options, and ICMP errors of others, distinguishes them.
"""

from collections.abc import Sequence

from tftptui.findings.draft import Draft
from tftptui.findings.probing.from_options import from_options, options_explain
from tftptui.findings.probing.from_ports import from_ports
from tftptui.findings.probing.from_sizes import from_sizes
from tftptui.findings.probing.target import Target
from tftptui.telemetry.probe_trials import Trial

__all__ = ["Target", "conclude"]


def conclude(
    target: Target,
    by_port: Sequence[Trial],
    by_size: Sequence[Trial] = (),
    by_options: Sequence[Trial] = (),
) -> list[Draft]:
    """Return the conclusions of the trials, most important first; empty if all is well.

    Args:
        target: the server and the file.
        by_port: trials that differ only in our port.
        by_size: trials that differ in the requested block size.
        by_options: trials that differ in the requested options.
    """
    by_choice = list(from_options(target, [*by_port, *by_size], by_options))
    # The same options may have worked from another port: then it is the port.
    is_explained = bool(by_choice) and options_explain(by_port, by_options)
    return [
        *from_ports(target, () if is_explained else by_port),
        *from_sizes(target, [*by_size, *by_options]),
        *by_choice,
    ]
