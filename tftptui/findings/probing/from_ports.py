"""Conclusions from trials that differ only in the client's port."""

from collections.abc import Callable, Iterator, Sequence

from tftptui.findings.draft import Draft
from tftptui.findings.file import file_missing, upload_refused
from tftptui.findings.host import requests_not_arriving, wrong_source_address
from tftptui.findings.path import acks_blocked, path_cut
from tftptui.findings.probing.silent import silence
from tftptui.findings.probing.target import Target, ports_of, seen
from tftptui.findings.quality import loss
from tftptui.telemetry.findings import FACT, LIKELY, OURS, POSSIBLE, Remedy
from tftptui.telemetry.probe_trials import Trial
from tftptui.telemetry.words import port_word


def from_ports(target: Target, trials: Sequence[Trial]) -> Iterator[Draft]:
    """Yield the meaning of each kind of failure, the more certain ones first."""
    sent = [one for one in trials if one.outcome != "no-port"]
    if not sent:
        return
    for outcome, rule in _RULES.items():
        these = [one for one in sent if one.outcome == outcome]
        if not these:
            continue
        if rule is None:
            yield from silence(target, these, sent)
        else:
            yield rule(target, these, sent)


def _refused(target: Target, refused: Sequence[Trial], _: Sequence[Trial]) -> Draft:
    first = refused[0]
    is_server = first.reporter == target.server
    if is_server:
        headline = (
            f"{target.server} itself rejects our requests to UDP port {target.port}:"
            " no program listens there, or its firewall rejects them"
        )
    else:
        headline = (
            f"{first.reporter or 'An unknown host'} rejects our requests to "
            f"{target.server} from {port_word(ports_of(refused))}"
        )
    return Draft(
        kind=requests_not_arriving.KIND,
        headline=headline,
        confidence=FACT,
        stands_at="server" if is_server else "between",
        evidence=(seen(refused, first.detail),),
        remedies=(
            Remedy(
                platform=OURS, text="check the server's host", command="tftptui doctor"
            ),
        ),
        proof=target.fetch_from(ports_of(refused)[0]),
    )


def _elsewhere(target: Target, these: Sequence[Trial], _: Sequence[Trial]) -> Draft:
    other = these[0].reporter
    return Draft(
        kind=wrong_source_address.KIND,
        headline=f"Requests go to {target.server}, replies come from {other}: clients "
        "drop them",
        confidence=FACT,
        stands_at="server",
        evidence=(seen(these, these[0].detail),),
        remedies=(
            Remedy(
                text="Let the server reply from the address that got the request: bind "
                f"it to {target.server}, or use a server that does so by itself."
            ),
        ),
        proof=target.fetch_from(ports_of(these)[0]),
    )


def _failed(_: Target, these: Sequence[Trial], __: Sequence[Trial]) -> Draft:
    first = these[0]
    is_missing = "ERROR 1" in first.detail
    return Draft(
        kind=file_missing.MISSING if is_missing else upload_refused.KIND,
        headline=f"Nothing is blocked, but {first.detail}",
        confidence=FACT,
        stands_at="nobody",
        is_alarm=False,
        evidence=(seen(these, "the reply was an ERROR"),),
        remedies=(Remedy(text="Request a file that the server has."),)
        if is_missing
        else (),
    )


def _stalled(target: Target, these: Sequence[Trial], _: Sequence[Trial]) -> Draft:
    return Draft(
        kind=acks_blocked.KIND,
        headline=f"{target.server} replies to our {port_word(ports_of(these))}, but no "
        "block arrives: our ACKs or its blocks are lost",
        confidence=LIKELY,
        stands_at="between-or-server",
        evidence=(seen(these, "an OACK came, no block after it"),),
        remedies=(
            Remedy(
                text="Allow UDP from the clients to the ports that the server replies "
                f"from, not only to port {target.port}."
            ),
        ),
        proof=target.fetch_from(ports_of(these)[0]),
    )


def _cut(target: Target, these: Sequence[Trial], sent: Sequence[Trial]) -> Draft:
    nbytes = max(one.nbytes for one in these)
    further = [one for one in sent if one.outcome == "ok" and one.nbytes > nbytes]
    if len(further) > len(these):
        return _lost(target, these, further)
    some = f"{len(these)} of {len(sent)} transfers" if further else "Transfers"
    return Draft(
        kind=path_cut.KIND,
        headline=f"{some} from {target.server} start, then stop after at most "
        f"{nbytes:,} bytes",
        confidence=POSSIBLE if further else LIKELY,
        stands_at="unknown",
        evidence=(
            seen(these, these[0].detail),
            *((seen(further, "got further"),) if further else ()),
        ),
        proof=target.fetch_from(ports_of(these)[0]),
    )


def _lost(target: Target, these: Sequence[Trial], further: Sequence[Trial]) -> Draft:
    """Return the meaning of a few stalls where most continued: loss, by chance."""
    few, most = len(these), len(these) + len(further)
    return Draft(
        kind=loss.KIND,
        headline=f"{few} of {most} transfers from {target.server} stopped, the others "
        "got further: packets are lost",
        confidence=POSSIBLE,
        stands_at="unknown",
        is_alarm=False,
        evidence=(seen(these, these[0].detail), seen(further, "got further")),
        remedies=(
            Remedy(text="Retry from the same port: does the transfer stop again?"),
        ),
        proof=target.fetch_from(ports_of(these)[0]),
    )


_Rule = Callable[[Target, Sequence[Trial], Sequence[Trial]], Draft]

_RULES: dict[str, _Rule | None] = {
    "elsewhere": _elsewhere,
    "refused": _refused,
    "silent": None,  # silence needs the others for comparison
    "stalled": _stalled,
    "cut": _cut,
    "error": _failed,
}
"""The rule for trials of each outcome, the more certain ones first."""
