"""All checks, in a useful order."""

from collections.abc import Sequence

from tftptui.doctor.checks.host_firewall import Network, check_firewall
from tftptui.doctor.checks.limits import check_clock, check_limits, check_screen
from tftptui.doctor.checks.network import check_network
from tftptui.doctor.checks.ports import check_ports
from tftptui.doctor.checks.root_folder import check_root
from tftptui.doctor.facts import Facts
from tftptui.doctor.result import Result, ok
from tftptui.settings import TFTP_PORT, Settings


def request_port_of(settings: Settings) -> int:
    """Return the request port that the server would use."""
    return TFTP_PORT if settings.port is None else settings.port


def check_all(
    facts: Facts, settings: Settings, clients: Sequence[Network] = ()
) -> list[Result]:
    """Check all facts of a host."""
    port = request_port_of(settings)
    return [
        *check_ports(facts, settings, port),
        *check_network(facts, settings.listen),
        *check_firewall(facts, settings, port, clients),
        *_helper(facts),
        *_landlock(facts),
        *check_root(facts.served, settings, facts.user),
        *check_limits(facts, settings),
        check_clock(facts),
        check_screen(facts),
    ]


def _landlock(facts: Facts) -> list[Result]:
    """Report whether ``serve --landlock`` has an effect here."""
    if facts.system != "Linux":
        return []
    if not facts.landlock:
        return [ok("landlock", "this kernel has no Landlock: --landlock has no effect")]
    found = f"this kernel has Landlock (version {facts.landlock})"
    return [ok("landlock", f"{found}: serve --landlock limits the server to its root")]


def _helper(facts: Facts) -> list[Result]:
    """Report the kernel's TFTP helper; a server's own host rarely needs it."""
    if facts.helper is None:
        return []
    text = "has the TFTP helper" if facts.helper else "has no TFTP helper loaded"
    use = "only a forwarding firewall or NAT needs it, plus a rule that assigns it"
    return [ok("helper", f"this kernel {text}; {use}")]
