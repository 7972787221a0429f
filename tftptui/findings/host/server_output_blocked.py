"""server-output-blocked: this host's own firewall lets no answer out."""

import errno
from functools import partial

from tftptui.findings import evidence, remedies
from tftptui.findings.draft import Draft, LazyRemedies
from tftptui.findings.facts import Facts
from tftptui.findings.helps import helps_for
from tftptui.findings.send_errors import failing, failure
from tftptui.telemetry.findings import FACT
from tftptui.telemetry.words import port_word


def output_blocked(facts: Facts) -> Draft | None:
    """This host's own firewall lets no answer out: sending fails with EPERM."""
    facts = failing(facts, {errno.EPERM})
    if not facts.tries:
        return None
    found = facts.tries[0]
    code = "server-output-blocked"
    return Draft(
        code=code,
        headline=f"This host's own firewall stops the answers to {facts.client}, "
        f"{port_word(facts.client_tids)}: they do not leave this machine.",
        confidence=FACT,
        stands_at="server",
        transfers=tuple(facts.numbers),
        since=found.started,
        evidence=(failure(found), evidence.asked(facts)),
        remedies=LazyRemedies(partial(remedies.let_out, facts)),
        ports=remedies.range_of(facts),
        helps=helps_for(code, facts),
        proof="nft list chains; iptables -S OUTPUT",
    )
