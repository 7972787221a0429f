"""Trouble on this host and its own segment: known for certain, at once."""

import errno
from dataclasses import replace
from functools import partial

from tftptui.findings import evidence, proofs, remedies
from tftptui.findings.draft import Draft, LazyRemedies
from tftptui.findings.facts import Facts, HostBlock, Scene
from tftptui.findings.helps import helps_for
from tftptui.telemetry.findings import FACT, LIKELY, Evidence
from tftptui.telemetry.views import TransferView
from tftptui.telemetry.words import port_word

_ROUTING = {
    errno.ENETUNREACH: "no route leads there",
    errno.EHOSTUNREACH: "a route says that it is unreachable",
    errno.EACCES: "a route prohibits it",
    errno.EINVAL: "a route swallows what goes there",
    errno.ENETDOWN: "the network interface is down",
}


def output_blocked(facts: Facts) -> Draft | None:
    """This host's own firewall lets no answer out: sending fails with EPERM."""
    facts = _failing(facts, {errno.EPERM})
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
        evidence=(_failure(found), evidence.asked(facts)),
        remedies=LazyRemedies(partial(remedies.let_out, facts)),
        ports=remedies.range_of(facts),
        helps=helps_for(code, facts),
        proof="nft list chains; iptables -S OUTPUT",
    )


def no_route(facts: Facts) -> Draft | None:
    """This host has no usable route to the client."""
    failing = _failing(facts, set(_ROUTING))
    found = failing.tries[0] if failing.tries else None
    refused = next((one for one in facts.refusals if one.reason == "no-route"), None)
    if found is None and (refused is None or facts.heard):
        return None
    seen: list[Evidence] = []
    if found is not None:
        facts = failing
        seen.append(_failure(found))
    elif refused is not None:
        seen.append(Evidence(text=refused.message, time=refused.time))
    why = _ROUTING.get(found.send_errno, "") if found else ""
    code = "no-route"
    return Draft(
        code=code,
        headline=f"This server has no way to {facts.client}"
        + (f": {why}." if why else "."),
        confidence=FACT,
        stands_at="server",
        transfers=tuple(facts.numbers),
        since=seen[0].time or facts.now,
        evidence=tuple(seen),
        remedies=remedies.say(
            f"give this host a route to {facts.client}: its default gateway, or one "
            "for that network"
        ),
        helps=helps_for(code, facts),
        proof=proofs.route(facts),
    )


def gateway_silent(facts: Facts) -> Draft | None:
    """Our gateway does not answer ARP: this host itself reports the client away."""
    mine = [
        one
        for one in facts.icmp
        if one.is_host_unreachable and one.sender in facts.scene.addresses
    ]
    if not mine or facts.scene.on_link or facts.heard:
        return None
    code = "gateway-silent"
    return Draft(
        code=code,
        headline=f"The gateway on the way to {facts.client} does not answer: it is "
        f"off, or not on the segment of {facts.words.server}.",
        confidence=FACT,
        stands_at="server-segment",
        transfers=tuple(facts.numbers),
        since=mine[0].times[0],
        evidence=(*evidence.complaints(mine), evidence.asked(facts)),
        remedies=remedies.say(
            "look at the gateway, its cable and VLAN, and at the default route of "
            f"{facts.words.host}"
        ),
        helps=helps_for(code, facts),
        proof=proofs.neighbours(),
    )


def wrong_source(facts: Facts) -> Draft | None:
    """Answers leave from another address than the one that was asked."""
    latest = facts.latest
    if latest is None or facts.heard or not facts.asked_address:
        return None
    if facts.asked_address == latest.server:
        return None
    code = "wrong-source-address"
    return Draft(
        code=code,
        headline=f"The client asked {facts.asked_address}, the answers come from "
        f"{latest.server}: it does not take them.",
        confidence=FACT if facts.requests > 1 else LIKELY,
        stands_at="server",
        transfers=tuple(facts.numbers),
        since=latest.started,
        evidence=(
            Evidence(
                text=f"requests go to {facts.asked_address}, answers leave from "
                f"{latest.server}",
                transfer=latest.number,
                time=latest.started,
            ),
            evidence.asked(facts),
        ),
        remedies=remedies.say(
            f"have the server listen on {facts.asked_address} itself, "
            f"or point the client at {latest.server}"
        ),
        helps=helps_for(code, facts),
        proof=proofs.watch(facts),
    )


def _failing(facts: Facts, numbers: set[int]) -> Facts:
    """Return facts with those tries alone whose packets do not leave for such reasons.

    What an earlier one was sent may have left before a rule or a route was changed.
    """
    failing = [one for one in facts.tries if one.send_errno in numbers]
    return replace(facts, tries=() if facts.heard else tuple(failing))


def _failure(view: TransferView) -> Evidence:
    name = errno.errorcode.get(view.send_errno, str(view.send_errno))
    return Evidence(
        text=f"sending from {view.server} port {view.server_tid} fails here: {name}",
        transfer=view.number,
        time=view.started,
    )


def requests_stopped(block: HostBlock, server: str, scene: Scene, now: float) -> Draft:
    """This host's own rules stop all requests: there is nothing to be seen of them.

    No packet tells it, so it is no rule over facts; SERVER is an address of ours.
    """
    code = "requests-not-arriving"
    surely = "" if block.is_fresh else "most likely "
    return Draft(
        code=code,
        headline=f"This host's own firewall {surely}drops requests to UDP port "
        f"{scene.port} before this server sees them.",
        confidence=FACT if block.is_fresh else LIKELY,
        stands_at="server",
        since=now,
        evidence=(
            *evidence.own_rules(block),
            Evidence(text="no request has arrived since this server began"),
        ),
        remedies=LazyRemedies(partial(remedies.let_requests_in, server, scene)),
        proof="tftptui doctor",
    )
