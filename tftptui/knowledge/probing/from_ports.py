"""What trials tell that differ in the client's port only."""

from collections.abc import Callable, Iterator, Sequence

from tftptui.knowledge.draft import Draft
from tftptui.knowledge.probing.asked import Asked, ports_of, seen
from tftptui.knowledge.probing.silent import silence
from tftptui.telemetry.findings import FACT, LIKELY, OURS, Remedy
from tftptui.telemetry.trials import Trial
from tftptui.telemetry.words import port_word


def from_ports(asked: Asked, trials: Sequence[Trial]) -> Iterator[Draft]:
    """Yield what each way of going wrong means, the more certain before the less."""
    told = [one for one in trials if one.outcome != "no-port"]
    if not told:
        return
    for outcome, rule in _RULES.items():
        these = [one for one in told if one.outcome == outcome]
        if these and rule is None:
            yield from silence(asked, these, told)
        elif these and rule is not None:
            yield rule(asked, these)


def _refused(asked: Asked, refused: Sequence[Trial]) -> Draft:
    first = refused[0]
    is_server = first.reporter == asked.server
    if is_server:
        headline = (
            f"{asked.server} itself refuses our requests to UDP port {asked.port}: "
            "nobody listens there, or its firewall rejects them"
        )
    else:
        headline = (
            f"{first.reporter or 'Somebody'} refuses our requests to {asked.server}, "
            f"from {port_word(ports_of(refused))}"
        )
    return Draft(
        code="requests-not-arriving",
        headline=headline,
        confidence=FACT,
        stands_at="server" if is_server else "between",
        evidence=(seen(refused, first.detail),),
        remedies=(
            Remedy(platform=OURS, text="on the server", command="tftptui doctor"),
        ),
        proof=asked.fetch_from(ports_of(refused)[0]),
    )


def _elsewhere(asked: Asked, these: Sequence[Trial]) -> Draft:
    other = these[0].reporter
    return Draft(
        code="wrong-source-address",
        headline=f"{asked.server} was asked, {other} answers: clients drop that",
        confidence=FACT,
        stands_at="server",
        evidence=(seen(these, these[0].detail),),
        remedies=(
            Remedy(
                text="Have the server answer from the address that is asked: bind it "
                f"to {asked.server}, or take a server that does so by itself."
            ),
        ),
        proof=asked.fetch_from(ports_of(these)[0]),
    )


def _failed(asked: Asked, these: Sequence[Trial]) -> Draft:
    del asked
    first = these[0]
    is_missing = "ERROR 1" in first.detail
    return Draft(
        code="file-missing" if is_missing else "upload-refused",
        headline=f"The way is free, but {first.detail}",
        confidence=FACT,
        stands_at="nobody",
        is_alarm=False,
        evidence=(seen(these, "answered with an ERROR"),),
        remedies=(Remedy(text="Ask for a file that the server has."),)
        if is_missing
        else (),
    )


def _stalled(asked: Asked, these: Sequence[Trial]) -> Draft:
    return Draft(
        code="acks-blocked",
        headline=f"{asked.server} answers our {port_word(ports_of(these))}, but no "
        "block comes: our ACKs are lost, or its blocks are",
        confidence=LIKELY,
        stands_at="between-or-server",
        evidence=(seen(these, "an OACK came, and no block after it"),),
        remedies=(
            Remedy(
                text="Have UDP from the clients to the server's own range allowed, not "
                f"only to port {asked.port}."
            ),
        ),
        proof=asked.fetch_from(ports_of(these)[0]),
    )


def _cut(asked: Asked, these: Sequence[Trial]) -> Draft:
    blocks = max(one.octets for one in these)
    return Draft(
        code="path-cut",
        headline=f"Transfers from {asked.server} begin and then fall silent, after "
        f"{blocks:,} octets at most",
        confidence=LIKELY,
        stands_at="unknown",
        evidence=(seen(these, these[0].detail),),
        proof=asked.fetch_from(ports_of(these)[0]),
    )


_RULES: dict[str, Callable[[Asked, Sequence[Trial]], Draft] | None] = {
    "elsewhere": _elsewhere,
    "refused": _refused,
    "silent": None,  # it takes the others to say what silence means
    "stalled": _stalled,
    "cut": _cut,
    "error": _failed,
}
"""What each outcome means, the more certain before the less."""
