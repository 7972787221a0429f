"""server-output-blocked: this host's own firewall blocks replies."""

import errno
from functools import partial

from tftptui.findings import evidence, remedies
from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft, LazyRemedies
from tftptui.findings.ends import served
from tftptui.findings.facts import Facts
from tftptui.findings.kind import Kind, Scope
from tftptui.findings.signs.send_errors import failing, failing_since, failure
from tftptui.telemetry.findings import FACT
from tftptui.telemetry.words import port_word

KIND = Kind(
    code=Code.SERVER_OUTPUT_BLOCKED,
    scope=Scope.PATH,
    broken=("answer",),
    helps={
        "port-range": ("unknown", "yes if this host's rules allow other ports"),
        "single-port": ("unknown", "yes if this host's rules are stateful"),
        "block-size": ("no", "nothing leaves this host"),
        "timeout": ("no", "nothing leaves this host"),
        "helper": (
            "unknown",
            "yes if it runs on this host and its rules allow related packets",
        ),
        "client-port": ("unknown", "yes if this host's rules name the client's port"),
    },
    ended=served,
)


def output_blocked(facts: Facts) -> Draft | None:
    """Detect that this host's own firewall blocks replies: sending fails with EPERM."""
    facts = failing(facts, {errno.EPERM})
    if not facts.tries:
        return None
    found = facts.tries[0]
    return Draft(
        kind=KIND,
        headline=f"This host's own firewall drops replies to {facts.client}, "
        f"{port_word(facts.client_tids)}: they never leave this machine.",
        confidence=FACT,
        stands_at="server",
        transfers=tuple(facts.numbers),
        since=failing_since(found),
        evidence=(failure(found), evidence.asked(facts)),
        remedies=LazyRemedies(partial(remedies.let_out, facts)),
        ports=remedies.range_of(facts),
        helps=KIND.would_help(facts),
        proof="sudo nft list ruleset; sudo iptables -S OUTPUT",
    )
