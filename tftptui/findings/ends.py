"""When a finding is over: functions that return the reason in words, or ""."""

from collections.abc import Callable, Iterable

from tftptui.findings.facts import Facts, Neighbour
from tftptui.knowledge.signatures import is_firmware
from tftptui.telemetry.refusal_reasons import Reason
from tftptui.telemetry.words import joined, ordinal, ports

_OF_NAMES = frozenset(
    {
        Reason.NOT_FOUND,
        Reason.AMBIGUOUS,
        Reason.ACCESS,
        Reason.UNREADABLE,
        Reason.NOT_A_FILE,
        Reason.OUTSIDE_ROOT,
    }
)
"""Reasons of refusals that end only after a fix of the file, not after a retry."""

STEP = 16
"""Largest step of a client's port from one try to the next."""

Fits = Callable[[Neighbour], bool]


def yes(_: Neighbour) -> bool:
    """Accept any transfer."""
    return True


def no(_: Neighbour) -> bool:
    """Accept no transfer."""
    return False


def never(_: Facts) -> str:
    """Return "": the finding is a note of what has happened, and is never over."""
    return ""


def served(facts: Facts) -> str:
    """Return that the client got its file, on any port."""
    return completed(facts) or later_success(facts, later_tries(facts))


def served_on_its_ports(facts: Facts) -> str:
    """Return that it got something on these ports: another port is no fix."""
    return completed(facts) or later_success(facts, later_tries(facts), cures=no)


def served_to_its_program(facts: Facts) -> str:
    """Return that the same program got something: another program is no proof."""
    own = [one for one in later_tries(facts) if _is_same_program(facts, one)]
    return completed(facts) or later_success(facts, own)


def served_or_there(facts: Facts) -> str:
    """Return that the client got its file, or would get it now."""
    if completed(facts) or not facts.there:
        return served(facts)
    if facts.there.strip("/") != facts.file.strip("/"):
        return f"{facts.there} exists now: the next request gets it"
    return "the file exists now: the next request gets it"


def completed(facts: Facts) -> str:
    """Return that the last of these tries itself completed."""
    latest = facts.latest
    if not facts.is_done or latest is None:
        return ""
    return "the transfer completed" if facts.requests == 1 else _came(facts)


def later_tries(facts: Facts) -> list[Neighbour]:
    """Return the client's other successful transfers that started after these tries."""
    own = [one for one in facts.neighbours if one.client == facts.client]
    return [one for one in own if one.worked and one.begun > facts.last_requested]


def later_success(
    facts: Facts,
    later: Iterable[Neighbour],
    *,
    again: Fits | None = None,
    cures: Fits = yes,
) -> str:
    """Return what the client did in LATER transfers; "" if that does not end it.

    Args:
        facts: of the tries that failed.
        later: successful transfers since.
        again: which show that these very ports work; by default the same port.
        cures: which fetches of the same file count, on any port.
    """
    later = list(later)
    if any(_is_without_options(facts, one) for one in later):
        return (
            "the client got the file without options: it does not understand "
            f"{facts.words.our} OACK"
        )
    is_again = again or (lambda one: one.client_tid in facts.client_tids)
    tids = [one.client_tid for one in later if is_again(one)]
    if tids:
        return f"replies to its port {joined([ports(tids)])} arrive now"
    same = [one for one in later if _is_same_file(facts, one) and cures(one)]
    did = "sent" if facts.is_upload else "got"
    return (
        f"the client {did} the file later, on its port {same[0].client_tid}"
        if same
        else ""
    )


def answers_again(facts: Facts) -> str:
    """Return what the client did since, if it moves again and nothing is wrong."""
    latest = facts.latest
    if facts.search is not None and facts.search.state == "normal":
        return f"{facts.search.list.client} went on without it, which is normal"
    if latest is None or not latest.heard or latest.timeouts:
        is_back = len(facts.tries) > 1 and any(one.heard for one in facts.tries)
        return "the client retries" if is_back else "the evidence no longer supports it"
    if facts.requests == 1:
        return "the client replies again"
    if not facts.is_one_program:
        return f"the client replies on its port {latest.client_tid}"
    nth = ordinal(facts.requests)
    return (
        f"the client has replied since its {nth} request, on port {latest.client_tid}"
    )


def _came(facts: Facts) -> str:
    """Return how the file was received: by a retry, or because it exists now."""
    latest = facts.tries[-1]
    whence = f"on the client's port {latest.client_tid}"
    if facts.refusals and facts.refusals[-1].reason in _OF_NAMES:
        if latest.served:
            return f"{latest.served} is served for it now; received {whence}"
        return f"the file exists now; received {whence}"
    if facts.is_one_program:
        return f"received at the {ordinal(facts.requests)} try, {whence}"
    return f"received {whence}"


def _is_same_file(facts: Facts, one: Neighbour) -> bool:
    is_same = one.file == facts.file and one.is_upload == facts.is_upload
    return is_same and one.is_done


def _is_same_program(facts: Facts, one: Neighbour) -> bool:
    """Return whether the same program retried after it became silent or was ended.

    A transfer that made progress while another started, or is stuck at the same time,
    is another program's.
    """
    latest = facts.tries[-1] if facts.tries else None
    if latest is None or one.begun <= latest.moved:
        return False
    if len({one.kind, facts.kind} - {""}) > 1:
        return False
    is_near = 0 <= one.client_tid - latest.client_tid <= STEP
    return is_near or facts.is_over or is_firmware(facts.kind)


def _is_without_options(facts: Facts, one: Neighbour) -> bool:
    """Return whether a client fell back to no options, and then got the file."""
    if one.file != facts.file or one.had_oack or not facts.tries:
        return False
    is_next = 0 <= one.client_tid - facts.tries[-1].client_tid <= STEP
    return is_next and all(other.agreed for other in facts.tries)
