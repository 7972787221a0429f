"""When a finding is over: what the client got done since."""

from tftptui.findings.facts import Facts, Neighbour
from tftptui.findings.file.disk_full import has_room_again
from tftptui.findings.file.file_missing import is_still_missing
from tftptui.findings.host.range_exhausted import has_ports_again
from tftptui.knowledge.clients import EPHEMERAL
from tftptui.knowledge.signatures import is_firmware, known
from tftptui.telemetry.views import TransferView
from tftptui.telemetry.words import joined, ordinal, ports

_OF_PORTS = frozenset(
    {
        "client-port-blocked",
        "stale-conntrack",
        "options-not-understood",
        "range-mismatch",
    }
)
"""What a transfer in another way does not cure but explain."""

_OF_NAMES = frozenset(
    {"not-found", "ambiguous", "access", "unreadable", "not-a-file", "outside-root"}
)
"""Reasons of refusals that no other try cures, but somebody who mends the file."""

MENDED = frozenset({"file-missing", "file-case", "file-permission"})
"""What somebody mends on this server's disk, whatever the client does."""

_OF_ONE_PROGRAM = frozenset({"client-gone", "client-aborted"})
"""What a transfer of another program on the same host does not cure."""

_STEP = 16
"""How far a client moves its port at most from one try to the next."""


def overcome(facts: Facts, code: str) -> str:
    """Return why a finding holds no longer; empty while it does."""
    if code == "range-exhausted":  # of the server: one that got a port proves nothing
        return has_ports_again(facts)
    if code == "disk-full":
        return "there is room for it now" if has_room_again(facts) else ""
    latest = facts.latest
    if facts.is_done and latest is not None:
        if facts.requests == 1:
            return "the transfer completed"
        return _came(facts, latest)
    return _is_there(facts, code) or _since(facts, code)


def is_undecided(facts: Facts, code: str) -> bool:
    """Whether nothing has shown yet that a finding is over.

    A new try has not come to where the last one stood still, or nobody has tried.
    """
    if is_still_missing(facts, code):
        return True
    latest = facts.latest
    if code != "path-mtu" or latest is None or latest.phase == "completed":
        return False
    return latest.direction == "read" and not latest.acked_blocks


def answers_again(facts: Facts) -> str:
    """Return what a client that moves again has done, when nothing is wrong now."""
    latest = facts.latest
    if facts.search is not None and facts.search.state == "normal":
        return f"{facts.search.list.client} went on without it, as it does"
    if latest is None or not latest.heard:
        is_back = len(facts.tries) > 1 and any(one.heard for one in facts.tries)
        return "the client asks again" if is_back else "there is no sign of it any more"
    if facts.requests == 1:
        return "the client answers again"
    if not facts.is_one_program:
        return f"the client answers on its port {latest.client_tid}"
    nth = ordinal(facts.requests)
    return f"the client answers since its {nth} request, port {latest.client_tid}"


def _came(facts: Facts, latest: TransferView) -> str:
    """Return how a file came at last: by trying again, or because it is there now."""
    whence = f"on the client's port {latest.client_tid}"
    if facts.refusals and facts.refusals[-1].reason in _OF_NAMES:
        if latest.served:
            return f"{latest.served} is given for it now; it came {whence}"
        return f"it is there now; it came {whence}"
    if facts.is_one_program:
        return f"it came at the {ordinal(facts.requests)} try, {whence}"
    return f"it came {whence}"


def _is_there(facts: Facts, code: str) -> str:
    """Return what a client will get that was refused a file; empty if nothing."""
    if code not in MENDED or not facts.there:
        return ""
    if code == "file-permission":
        return "it may be read now: the next request gets it"
    if facts.there.strip("/") != facts.file.strip("/"):
        return f"{facts.there} is there now: the next request gets it"
    return "it is there now: the next request gets it"


def _larger(facts: Facts, later: list[Neighbour]) -> str:
    latest = facts.latest
    sizes = [one.block_size for one in later if one.has_blocks]
    if latest is None or not sizes or max(sizes) < latest.block_size:
        return ""
    return f"blocks of {max(sizes)} octets arrive now"


def _since(facts: Facts, code: str) -> str:
    """Return what the client got done in other tries, after these."""
    later = [
        one
        for one in facts.neighbours
        if one.worked and one.client == facts.client and one.begun > facts.last_asked
    ]
    if code == "path-mtu":
        return _larger(facts, later)
    if code in _OF_ONE_PROGRAM:
        later = [one for one in later if _is_same_program(facts, one)]
    if any(_is_without_options(facts, one) for one in later):
        return (
            "the client got the file without options: most likely it does not "
            f"understand {facts.words.our} answer to them"
        )
    again = _ports_again(facts, code, later)
    if again:
        return f"answers to its port {joined([ports(again)])} arrive now"
    same = [
        one
        for one in later
        if one.file == facts.file and one.is_done and one.is_upload == facts.is_upload
    ]
    if code == "answers-blocked":
        same = [one for one in same if _is_alike(facts, one)]
    if same and code not in _OF_PORTS:
        did = "sent" if facts.is_upload else "got"
        return f"the client {did} the file later, on its port {same[0].client_tid}"
    return ""


def _is_same_program(facts: Facts, one: Neighbour) -> bool:
    """Whether a client has begun anew after it fell silent, or was ended.

    What moved while another began, or stands still beside it, is another program's.
    """
    latest = facts.tries[-1] if facts.tries else None
    if latest is None or one.begun <= latest.moved:
        return False
    if len({one.kind, facts.kind} - {""}) > 1:
        return False
    is_near = 0 <= one.client_tid - latest.client_tid <= _STEP
    return is_near or facts.is_over or is_firmware(facts.kind)


def _is_alike(facts: Facts, one: Neighbour) -> bool:
    """Whether it came on a port of the kind that answers did not reach."""
    kinds = {tid >= EPHEMERAL[0] for tid in facts.client_tids}
    return (one.client_tid >= EPHEMERAL[0]) in kinds


def _is_without_options(facts: Facts, one: Neighbour) -> bool:
    """Whether a client has fallen back to no options, and got the file so."""
    if one.file != facts.file or one.had_oack or not facts.tries:
        return False
    is_next = 0 <= one.client_tid - facts.tries[-1].client_tid <= _STEP
    return is_next and all(other.agreed for other in facts.tries)


def _ports_again(facts: Facts, code: str, later: list[Neighbour]) -> list[int]:
    """Return ports that work now and did not, or the next of a client that counts.

    Another port is no cure of these: it tells which ports are dropped.
    """
    return [
        one.client_tid
        for one in later
        if one.client_tid in facts.client_tids
        or (code == "client-port-blocked" and _is_next_try(facts, one))
    ]


def _is_next_try(facts: Facts, one: Neighbour) -> bool:
    """Whether the same program has moved its port on, as it does at each try."""
    client = known(one.kind)
    if client is None or not client.steps or one.kind != facts.kind:
        return False
    return 0 < one.client_tid - facts.tries[-1].client_tid <= _STEP
