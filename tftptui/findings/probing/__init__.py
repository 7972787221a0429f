"""Conclude from trials from many client ports: the same findings, from the client.

From here lost requests and lost replies look alike: nothing comes back. Comparing
ports, sizes and options, and ICMP errors of others, tell them apart.
"""

from collections.abc import Sequence

from tftptui.findings.draft import Draft
from tftptui.findings.probing.asked import Asked
from tftptui.findings.probing.from_options import from_options, options_explain
from tftptui.findings.probing.from_ports import from_ports
from tftptui.findings.probing.from_sizes import from_sizes
from tftptui.telemetry.probe_trials import Trial

__all__ = ["Asked", "conclude"]


def conclude(
    asked: Asked,
    by_port: Sequence[Trial],
    by_size: Sequence[Trial] = (),
    by_options: Sequence[Trial] = (),
) -> list[Draft]:
    """Return what the trials mean, the most telling first; empty if all is well.

    Args:
        asked: whom they asked for what.
        by_port: trials that differ in our port only.
        by_size: trials that differ in the block size that was asked for.
        by_options: trials that differ in the options that were asked for.
    """
    by_choice = list(from_options(asked, [*by_port, *by_size], by_options))
    # The same options may have been answered from elsewhere: then it is the port.
    is_explained = bool(by_choice) and options_explain(by_port, by_options)
    return [
        *from_ports(asked, () if is_explained else by_port),
        *from_sizes(asked, [*by_size, *by_options]),
        *by_choice,
    ]
