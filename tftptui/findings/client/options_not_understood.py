"""options-not-understood: the client ignores the OACK; without options it works."""

from dataclasses import replace

from tftptui.findings import evidence, proofs, remedies
from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft
from tftptui.findings.ends import STEP
from tftptui.findings.facts import Facts, Neighbour
from tftptui.findings.helps import minds_block_size, no_port_matters
from tftptui.findings.kind import Kind, Scope
from tftptui.findings.signs.comparison import Difference, besides, compare
from tftptui.findings.signs.silence import is_other_class, is_unanswered
from tftptui.telemetry.findings import LIKELY, POSSIBLE, Evidence
from tftptui.telemetry.views import TransferView

_AGAIN, _WAITED = 2, 3.0
"""Requests with options, and seconds, before a client that drops them has shown that it
got no reply: one lost packet or a duplicated request is not enough."""


def _takes_oacks(facts: Facts) -> str:
    """Return that the client accepted an OACK; a file without options is no fix."""
    latest = facts.latest
    if latest is not None and latest.agreed and latest.has_answered:
        return f"the client took {facts.words.our} OACK"
    own = [one for one in facts.working if one.client == facts.client]
    if any(one.had_oack and one.kind == facts.kind for one in own):
        return f"the client takes {facts.words.our} OACK"
    return ""


KIND = Kind(
    code=Code.OPTIONS_NOT_UNDERSTOOD,
    scope=Scope.CLIENT,
    broken=(),
    helps=no_port_matters(
        "{our} replies arrive",
        "no block size was agreed",
        "the client does not understand the OACK, however late it comes",
        "{our} replies arrive",
    ),
    ended=_takes_oacks,
    adjust=minds_block_size,
)


def options_not_understood(facts: Facts) -> Draft | None:
    """Detect a client that ignores the OACK, but works without options."""
    if not is_unanswered(facts) or not all(one.agreed for one in facts.tries):
        return None
    plain = [one for one in facts.working if _is_its_own_without(facts, one)]
    if not plain or is_other_class(max(facts.client_tids), plain):
        return None
    return _draft(facts, facts.tries, evidence.worked(plain, facts.client))


def fell_back(facts: Facts) -> Draft | None:
    """Detect a client that dropped its options, and works since."""
    latest = facts.latest
    if latest is None or not _is_plain_success(latest) or _takes_oacks(facts):
        return None
    earlier = tuple(one for one in facts.tries if one is not latest)
    if not earlier or not all(_is_oack_unanswered(one) for one in earlier):
        return None
    is_again = sum(one.requests for one in earlier) >= _AGAIN
    if not is_again or latest.started - earlier[0].started < _WAITED:
        return None
    text = f"without options its port {latest.client_tid} got the reply at once"
    seen = Evidence(text=text, transfer=latest.number, time=latest.started)
    return _draft(facts, earlier, [seen])


def _is_plain_success(one: TransferView) -> bool:
    return one.direction == "read" and one.heard and not one.agreed


def _is_oack_unanswered(one: TransferView) -> bool:
    is_sent = bool(one.agreed) and not one.send_errno and not one.twins
    return is_sent and not one.has_answered


def _draft(
    facts: Facts, earlier: tuple[TransferView, ...], seen: list[Evidence]
) -> Draft:
    others = besides(compare(facts), Difference.OPTIONS)
    names = list(dict.fromkeys(name for name, _ in earlier[-1].agreed))
    of_earlier = replace(facts, tries=earlier)
    return Draft(
        kind=KIND,
        headline=f"{facts.client} does not understand {facts.words.our} OACK: it "
        "retries, and works without options.",
        confidence=POSSIBLE if others else LIKELY,
        stands_at="client",
        transfers=tuple(one.number for one in earlier),
        since=earlier[0].started,
        evidence=(
            evidence.asked(of_earlier),
            evidence.unanswered(of_earlier),
            *seen,
            *others,
        ),
        remedies=remedies.refuse_option(of_earlier, names),
        helps=KIND.would_help(of_earlier),
        proof=f"{proofs.fetch_from_port(of_earlier, earlier[0].client_tid)} "
        "--tftp-no-options",
    )


def _is_its_own_without(facts: Facts, one: Neighbour) -> bool:
    """Return whether the same program worked without options.

    Without options it may look like another program; then its port distinguishes them.
    """
    if one.had_oack or one.client != facts.client:
        return False
    step = one.client_tid - facts.tries[-1].client_tid
    is_next = 0 <= step <= STEP and one.begun > facts.tries[-1].started
    return one.kind == facts.kind or is_next
