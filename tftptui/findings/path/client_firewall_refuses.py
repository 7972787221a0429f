"""client-firewall-refuses: the client's own firewall rejects replies, by ICMP."""

from functools import partial

from tftptui.findings import evidence, proofs, remedies
from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft, LazyRemedies
from tftptui.findings.ends import served
from tftptui.findings.facts import Facts, Icmp
from tftptui.findings.helps import ANY_SIZE, ANY_TIME, RANGE
from tftptui.findings.kind import Kind, Scope
from tftptui.findings.path.nat_without_helper import closed_by_translation
from tftptui.findings.signs.icmp_errors import (
    insists,
    is_client,
    is_firm,
    reporters,
    since_progress,
)
from tftptui.telemetry.findings import FACT, LIKELY
from tftptui.telemetry.words import port_word

KIND = Kind(
    code=Code.CLIENT_FIREWALL_REFUSES,
    scope=Scope.CLIENT,
    broken=("answer",),
    helps={
        "port-range": ("no", RANGE),
        "single-port": ("yes", "{our} reply then matches the request"),
        "block-size": ("no", ANY_SIZE),
        "timeout": ("no", ANY_TIME),
        "helper": ("yes", "on the client's own firewall, in its output hook"),
        "client-port": ("unknown", "yes if its firewall allows some ports"),
    },
    ended=served,
    key_part=reporters,
)


def client_refuses(facts: Facts) -> Draft | None:
    """Detect replies rejected by the client's own firewall, or a NAT next to it."""
    prohibited = [
        one
        for one in since_progress(facts, lambda one: one.is_prohibited)
        if is_client(facts, one)
    ]
    closed = [
        one
        for one in since_progress(facts, lambda one: one.is_port_closed)
        if is_client(facts, one)
    ]
    is_refused, is_closed = is_firm(facts, prohibited), insists(facts, closed)
    if facts.heard or not (is_refused or is_closed):
        return None
    found = prohibited if is_refused else closed
    if facts.is_gateway or (facts.has_no_firewall and not is_refused):
        return closed_by_translation(facts, found)
    return _client_firewall(facts, found, is_sure=is_refused)


def _client_firewall(facts: Facts, found: list[Icmp], *, is_sure: bool) -> Draft:
    return Draft(
        kind=KIND,
        headline=f"{facts.client} rejects {facts.words.our} replies to its "
        f"{port_word(facts.client_tids, 'UDP')}: its own firewall does, or a NAT in "
        "front of it, or a second machine with its address.",
        client_tids=tuple(facts.client_tids),
        confidence=FACT if is_sure else LIKELY,
        stands_at="client",
        transfers=tuple(facts.numbers),
        since=found[0].times[0],
        evidence=evidence.refused(facts, found),
        remedies=LazyRemedies(partial(remedies.on_the_client, facts)),
        ports=remedies.range_of(facts),
        helps=KIND.would_help(facts),
        proof=proofs.fetch_from_ports(facts),
    )
