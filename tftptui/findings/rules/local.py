"""Trouble on this host and its own segment: known for certain, at once."""

import errno
from dataclasses import replace
from functools import partial

from tftptui.findings import evidence, proofs, remedies
from tftptui.findings.draft import Draft, Later
from tftptui.findings.facts import Case, OwnBlock, Scene
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


def output_blocked(case: Case) -> Draft | None:
    """This host's own firewall lets no answer out: sending fails with EPERM."""
    case = _failing(case, {errno.EPERM})
    if not case.tries:
        return None
    found = case.tries[0]
    code = "server-output-blocked"
    return Draft(
        code=code,
        headline=f"This host's own firewall stops the answers to {case.client}, "
        f"{port_word(case.client_tids)}: they do not leave this machine.",
        confidence=FACT,
        stands_at="server",
        transfers=tuple(case.numbers),
        since=found.started,
        evidence=(_failure(found), evidence.asked(case)),
        remedies=Later(partial(remedies.let_out, case)),
        ports=remedies.range_of(case),
        helps=helps_for(code, case),
        proof="nft list chains; iptables -S OUTPUT",
    )


def no_route(case: Case) -> Draft | None:
    """This host has no usable route to the client."""
    failing = _failing(case, set(_ROUTING))
    found = failing.tries[0] if failing.tries else None
    refused = next((one for one in case.refusals if one.reason == "no-route"), None)
    if found is None and (refused is None or case.heard):
        return None
    seen: list[Evidence] = []
    if found is not None:
        case = failing
        seen.append(_failure(found))
    elif refused is not None:
        seen.append(Evidence(text=refused.message, time=refused.time))
    why = _ROUTING.get(found.send_errno, "") if found else ""
    code = "no-route"
    return Draft(
        code=code,
        headline=f"This server has no way to {case.client}"
        + (f": {why}." if why else "."),
        confidence=FACT,
        stands_at="server",
        transfers=tuple(case.numbers),
        since=seen[0].time or case.now,
        evidence=tuple(seen),
        remedies=remedies.say(
            f"give this host a route to {case.client}: its default gateway, or one "
            "for that network"
        ),
        helps=helps_for(code, case),
        proof=proofs.route(case),
    )


def gateway_silent(case: Case) -> Draft | None:
    """Our gateway does not answer ARP: this host itself reports the client away."""
    mine = [
        one
        for one in case.icmp
        if one.is_host_unreachable and one.sender in case.scene.addresses
    ]
    if not mine or case.scene.on_link or case.heard:
        return None
    code = "gateway-silent"
    return Draft(
        code=code,
        headline=f"The gateway on the way to {case.client} does not answer: it is off, "
        f"or not on the segment of {case.voice.server}.",
        confidence=FACT,
        stands_at="server-segment",
        transfers=tuple(case.numbers),
        since=mine[0].times[0],
        evidence=(*evidence.complaints(mine), evidence.asked(case)),
        remedies=remedies.say(
            "look at the gateway, its cable and VLAN, and at the default route of "
            f"{case.voice.host}"
        ),
        helps=helps_for(code, case),
        proof=proofs.neighbours(),
    )


def wrong_source(case: Case) -> Draft | None:
    """Answers leave from another address than the one that was asked."""
    latest = case.latest
    if latest is None or case.heard or not case.asked_address:
        return None
    if case.asked_address == latest.server:
        return None
    code = "wrong-source-address"
    return Draft(
        code=code,
        headline=f"The client asked {case.asked_address}, the answers come from "
        f"{latest.server}: it does not take them.",
        confidence=FACT if case.requests > 1 else LIKELY,
        stands_at="server",
        transfers=tuple(case.numbers),
        since=latest.started,
        evidence=(
            Evidence(
                text=f"requests go to {case.asked_address}, answers leave from "
                f"{latest.server}",
                transfer=latest.number,
                time=latest.started,
            ),
            evidence.asked(case),
        ),
        remedies=remedies.say(
            f"have the server listen on {case.asked_address} itself, "
            f"or point the client at {latest.server}"
        ),
        helps=helps_for(code, case),
        proof=proofs.watch(case),
    )


def _failing(case: Case, numbers: set[int]) -> Case:
    """Return a case with those tries alone whose packets do not leave for such reasons.

    What an earlier one was sent may have left before a rule or a route was changed.
    """
    failing = [one for one in case.tries if one.send_errno in numbers]
    return replace(case, tries=() if case.heard else tuple(failing))


def _failure(view: TransferView) -> Evidence:
    name = errno.errorcode.get(view.send_errno, str(view.send_errno))
    return Evidence(
        text=f"sending from {view.server} port {view.server_tid} fails here: {name}",
        transfer=view.number,
        time=view.started,
    )


def requests_stopped(block: OwnBlock, server: str, scene: Scene, now: float) -> Draft:
    """This host's own rules stop all requests: there is nothing to be seen of them.

    No packet tells it, so it is no rule over a case; SERVER is an address of ours.
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
        remedies=Later(partial(remedies.let_requests_in, server, scene)),
        proof="tftptui doctor",
    )
