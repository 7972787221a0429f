"""Conclusions from trials that differ in the requested options.

An option is blamed if it is in every set that failed, and in none that worked; if there
are several, all of them are named.
"""

from collections.abc import Iterator, Sequence

from tftptui.findings.client import options_not_understood, options_refused
from tftptui.findings.draft import Draft
from tftptui.findings.probing.target import Target, options_of, options_word
from tftptui.findings.quality import loss
from tftptui.telemetry.findings import FACT, LIKELY, Evidence, Help, Remedy
from tftptui.telemetry.probe_trials import Trial
from tftptui.telemetry.words import joined

_ANSWERED = "requests with other options, otherwise the same, get a reply"


def options_explain(by_port: Sequence[Trial], by_options: Sequence[Trial]) -> bool:
    """Return whether options explain why no port got a reply: one came without them."""
    is_silent = all(one.outcome == "silent" and one.options for one in by_port)
    plain = (one for one in by_options if not one.options)
    return bool(by_port) and is_silent and any(one.outcome == "ok" for one in plain)


def from_options(
    target: Target, others: Sequence[Trial], by_options: Sequence[Trial]
) -> Iterator[Draft]:
    """Yield what is wrong with options; OTHERS are the remaining trials."""
    tried = [*others, *by_options]
    disliked = [one for one in tried if one.outcome == "options"]
    if disliked:
        yield _refused(target, disliked)
    good = [one for one in tried if one.outcome == "ok"]
    if not good:
        return
    silent = [one for one in by_options if one.outcome == "silent"]
    if options_explain(others, by_options):
        silent += others
    if blamed := _blamed(silent, good):
        yield _not_understood(target, silent, blamed)
    stuck = [one for one in by_options if one.outcome in ("stalled", "cut")]
    blamed = [name for name in _blamed(stuck, good) if name != "blksize"]
    if blamed == ["windowsize"]:
        yield _too_much_at_once(target, stuck)
    elif blamed:
        yield _no_block(target, stuck, blamed)
    erring = [one for one in by_options if one.outcome == "error"]
    if _blamed(erring, good):
        yield _refused(target, erring)


def _blamed(failed: Sequence[Trial], good: Sequence[Trial]) -> list[str]:
    """Return the options that all FAILED trials requested, and none of the GOOD."""
    if not failed:
        return []
    worked = {name for one in good for name in options_of(one)}
    names = options_of(failed[0])
    return [
        name
        for name in names
        if name not in worked and all(name in options_of(one) for one in failed)
    ]


def _not_understood(
    target: Target, silent: Sequence[Trial], blamed: Sequence[str]
) -> Draft:
    names = joined(blamed)
    return Draft(
        kind=options_not_understood.KIND,
        headline=f"{target.server} does not reply to requests with {names}, only to "
        "requests without",
        confidence=FACT if len(_sets(silent)) > 1 else LIKELY,
        stands_at="unknown",
        evidence=(
            Evidence(text=f"no reply to {_listed(silent)}"),
            Evidence(text=_ANSWERED),
        ),
        remedies=(
            Remedy(text=f"Let the clients send requests without {names}."),
            Remedy(
                text="Check the server's program, and firewalls on the path that "
                "inspect TFTP: one of them drops requests with options. A server must "
                "ignore options that it does not know (RFC 2347)."
            ),
        ),
        helps=_HELPS,
        proof=_with_and_without(target),
    )


def _refused(target: Target, refused: Sequence[Trial]) -> Draft:
    first = refused[0]
    return Draft(
        kind=options_refused.KIND,
        headline=f"{target.server} and the client do not agree on "
        f"{options_word(first)}: {first.detail}",
        confidence=FACT,
        stands_at="server",
        evidence=(Evidence(text=f"refused: {_listed(refused)}"),),
        remedies=(
            Remedy(
                text="Let the server ignore options that it does not want (RFC 2347) "
                "and grant no more than was requested. Else let the clients send none."
            ),
        ),
        helps=_HELPS,
        proof=_with_and_without(target),
    )


def _too_much_at_once(target: Target, stuck: Sequence[Trial]) -> Draft:
    windows = joined(sorted({options_of(one)["windowsize"] for one in stuck}, key=int))
    return Draft(
        kind=loss.KIND,
        headline=f"Transfers from {target.server} stop with a windowsize of {windows} "
        "blocks, not with 1: something on the path drops bursts",
        confidence=LIKELY,
        stands_at="between",
        evidence=(
            Evidence(text=f"granted, but no block came: {_listed(stuck)}"),
            Evidence(text=_ANSWERED),
        ),
        remedies=(
            Remedy(text="Check for a policer or a small queue on the path."),
            Remedy(text="Let the clients request a smaller windowsize, or none."),
        ),
        helps=_HELPS,
    )


def _no_block(target: Target, stuck: Sequence[Trial], blamed: Sequence[str]) -> Draft:
    names = joined(blamed)
    return Draft(
        kind=options_not_understood.KIND,
        headline=f"{target.server} grants {names}, then sends nothing more",
        confidence=LIKELY,
        stands_at="unknown",
        evidence=(
            Evidence(text=f"granted, but no block came: {_listed(stuck)}"),
            Evidence(text=_ANSWERED),
        ),
        remedies=(Remedy(text=f"Let the clients send requests without {names}."),),
        helps=_HELPS,
        proof=_with_and_without(target),
    )


_HELPS = (
    Help(knob="port-range", verdict="no", why="other requests get a reply"),
    Help(knob="single-port", verdict="no", why="other requests get a reply"),
    Help(knob="client-port", verdict="no", why="other options work from this port"),
)


def _sets(trials: Sequence[Trial]) -> list[str]:
    return list(dict.fromkeys(options_word(one) for one in trials))


def _listed(trials: Sequence[Trial]) -> str:
    return joined(_sets(trials))


def _with_and_without(target: Target) -> str:
    return f"{target.fetch('--tftp-no-options')}; {target.fetch()}"
