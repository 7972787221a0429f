"""nat-rebinding: during a transfer the client's source port changes."""

from tftptui.findings import evidence, proofs, remedies
from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft
from tftptui.findings.ends import served
from tftptui.findings.facts import Facts
from tftptui.findings.helps import PASSED, no_port_matters
from tftptui.findings.kind import Kind, Scope
from tftptui.telemetry.findings import LIKELY, Evidence
from tftptui.telemetry.words import times

KIND = Kind(
    code=Code.NAT_REBINDING,
    scope=Scope.CLIENT,
    broken=("up",),
    helps=no_port_matters(
        "the client's port changes, not the server's",
        "small packets come from the new port too",
        "no more packets come from the old port",
        PASSED,
    )
    | {"timeout": ("no", "no more packets come from the old port")},
    ended=served,
)


def nat_rebinding(facts: Facts) -> Draft | None:
    """Detect ACKs for the transfer from another port or address of the client.

    The sender knows our port and the expected block: it is the client, behind a NAT
    that has given it another port, or with a new address.
    """
    one = facts.latest
    if one is None or one.moved_to is None or not one.heard or facts.is_done:
        return None
    if one.running and not one.timeouts:
        return None
    host, port, count = one.moved_to
    is_port = host == facts.client
    whence = f"port {port}" if is_port else f"{host} port {port}"
    what = "blocks" if one.direction == "write" else "ACKs"
    why = (
        "a NAT changed the port during the transfer"
        if is_port
        else "its address changed during the transfer (DHCP, NAT, two links)"
    )
    return Draft(
        kind=KIND,
        headline=f"{facts.client} now sends from {whence} instead of port "
        f"{one.client_tid}: {why}.",
        confidence=LIKELY,
        stands_at="client",
        transfers=(one.number,),
        since=one.moved,
        evidence=(
            Evidence(
                text=f"the next {what} came {times(count)} from {whence} to port "
                f"{one.server_tid}: the server does not accept them from there, and "
                "replies ERROR 5 (RFC 1350 §4)",
                transfer=one.number,
                time=one.moved,
            ),
            evidence.asked(facts),
        ),
        remedies=remedies.say(
            "raise the NAT's UDP timeout, or add a static mapping for TFTP",
            "check for a NAT address pool, a failover or a second uplink",
        ),
        helps=KIND.would_help(facts),
        proof=proofs.watch(facts),
    )
