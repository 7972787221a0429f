"""Silence that chance does not explain: after retries, or after one request.

A client that retries has not got our reply; one that sends a single request and is
silent has got it, and its ACKs are lost. Silence alone is never a fact: it takes the
results of other transfers of the same network.
"""

from math import inf

from tftptui.findings.facts import Facts, Neighbour, same_options
from tftptui.knowledge.clients import EPHEMERAL
from tftptui.knowledge.signatures import retry_gap, timeout_in
from tftptui.telemetry.views import TransferView

_SOON = 3.0
"""Seconds after our first reply: on a slow path a client retries several times
sooner."""

_ANSWERS, _FEW_ANSWERS = 4, 3
"""Replies in a row that are not all lost by chance: four, or three if a client or its
timeout is slow, each with enough time for a response."""

_SLOW, _SETTLED = 6.0, 1.0
"""Seconds after our first reply, and after the last request."""

MANY = 3
"""Minimum ports of each kind to conclude a range."""

_LONGEST_PATIENCE, _SHORTEST_PATIENCE = 16.0, 8.7
"""Seconds: after the shorter time most clients would have retried, and a suspended one
is usually back; then they may have got our reply."""

_PATIENCE_GAPS = 3
"""How many of its retries a client has not sent."""

_SHORTEST_STAY, _STAY_GAPS = 3.0, 2
"""The same for a client whose port is known to have been open until it closed it."""

FEW_ANSWERS, _EARLY_ANSWERS, _NOT_AT_ONCE = 3, 2, 2

CURL = "curl"


def is_unanswered(facts: Facts) -> bool:
    """Return whether a client retries despite our replies, and has sent nothing else.

    The same request twice is a retry; a different one may be the next stage of a client
    that has got what it wanted.
    """
    if facts.heard or not facts.tries or is_of_empty(facts):
        return False
    if any(one.peer_error is not None or one.send_errno for one in facts.tries):
        return False
    groups: list[list[TransferView]] = []
    for one in _settled(facts):
        if groups and same_options(groups[-1][0].asked, one.asked):
            groups[-1].append(one)
        else:
            groups.append([one])
    return any(_is_in_vain(facts, group) for group in groups)


def _settled(facts: Facts) -> tuple[TransferView, ...]:
    """Return the tries without one that has just begun: its client may yet reply.

    It may be another program's, where the first has only lost its ACKs.
    """
    is_new = facts.quiet < _SETTLED and not facts.tries[-1].retransmits
    return facts.tries[:-1] if is_new and len(facts.tries) > 1 else facts.tries


def _is_in_vain(facts: Facts, group: list[TransferView]) -> bool:
    """Return whether a request was repeated, and too many replies to it were lost."""
    waited = facts.now - group[0].started
    if sum(one.requests for one in group) < 2 or waited < _SOON:  # noqa: PLR2004 - again
        return False
    answers = sum(1 + one.retransmits for one in group)
    is_slow = waited >= _SLOW and facts.quiet >= _SETTLED
    return answers >= (_FEW_ANSWERS if is_slow else _ANSWERS)


def is_unanswered_since(facts: Facts, one: TransferView) -> bool:
    """Return whether a client retries without result since a try that made progress."""
    later = tuple(other for other in facts.tries if other.number > one.number)
    return is_unanswered(
        Facts(now=facts.now, client=facts.client, file=facts.file, tries=later)
    )


def is_quiet_after_one(facts: Facts) -> bool:
    """Return whether a client sent one request, and should have retried since."""
    is_one = facts.requests == 1 and len(facts.tries) == 1
    if facts.heard or not is_one or facts.is_left or is_of_empty(facts):
        return False
    one = facts.tries[0]
    if one.send_errno or one.peer_error is not None:
        return False
    if has_given_up(facts) or _is_once_more(facts):
        return not facts.scene.single_port  # ACKs take the path of the request
    if facts.client_left - facts.last_requested < _patience(one):
        return False  # it had not waited so long for us
    return facts.quiet >= _SHORTEST_PATIENCE and facts.answers >= _EARLY_ANSWERS


def is_long_quiet(facts: Facts) -> bool:
    """Return whether the silence after one request is long enough to be likely."""
    if has_given_up(facts) or _is_once_more(facts):
        return True
    return facts.quiet >= _patience(facts.tries[0]) and facts.answers >= FEW_ANSWERS


def _patience(one: TransferView) -> float:
    """Return the seconds within which a client would certainly have retried."""
    patience = _PATIENCE_GAPS * retry_gap(one.kind)
    return min(_LONGEST_PATIENCE, max(_SHORTEST_PATIENCE, patience))


def has_given_up(facts: Facts) -> bool:
    """Return whether a client skipped two retries, and then closed its port.

    The closed port was reported by ICMP: so the path to it works, and our packets
    arrived. A client that only checks, for example a size, closes its port at once.
    """
    if facts.heard or facts.requests != 1 or facts.client_left == inf:
        return False
    stayed = facts.client_left - facts.last_requested
    patience = max(_SHORTEST_STAY, _STAY_GAPS * own_gap(facts.tries[0]))
    return taken(facts) >= FEW_ANSWERS and stayed >= min(_LONGEST_PATIENCE, patience)


def _is_once_more(facts: Facts) -> bool:
    """Return whether the client was silent after one request before: so it is on."""
    own = [one for one in facts.neighbours if one.client == facts.client]
    quiet = [
        one
        for one in own
        if not one.worked
        and one.requests == 1
        and one.begun + _LONGEST_PATIENCE <= facts.last_requested
    ]
    if not quiet or any(one.worked and one.begun > quiet[-1].begun for one in own):
        return False
    if taken(facts) < _NOT_AT_ONCE:
        return False  # it only checked, and closed its port
    return facts.quiet >= _SHORTEST_STAY and facts.answers >= FEW_ANSWERS


def taken(facts: Facts) -> int:
    """Return how many replies were sent before the client's port was closed."""
    closed = [one for one in facts.icmp if one.is_port_closed]
    sent_back = [len(one.times) for one in closed if one.sender == facts.client]
    return facts.answers - sum(sent_back)


def own_gap(one: TransferView) -> float:
    """Return the seconds until it retries: as it requested, if it did."""
    timeout, gap = timeout_in(one.asked), retry_gap(one.kind)
    return gap if timeout is None else min(gap, timeout)


def is_of_empty(facts: Facts) -> bool:
    """Return whether what may be curl got a file size of 0, and then sent nothing.

    A client without any reply retries, from the same port.
    """
    if not facts.tries or facts.heard:
        return False
    return all(_got_size_zero(one) for one in facts.tries)


def _got_size_zero(one: TransferView) -> bool:
    """Return whether a read, maybe curl's, got one reply with a size of 0."""
    is_empty = one.direction == "read" and one.total_size == 0
    is_single = one.requests == 1 and one.kind in (CURL, "")
    is_silent = not one.send_errno and one.peer_error is None
    return is_empty and is_single and is_silent and "tsize" in dict(one.agreed)


def is_other_class(highest: int, worked: list[Neighbour]) -> bool:
    """Return whether a port is of another class than all that worked.

    Boot firmware uses low ports, programs on an operating system high ones.
    """
    return highest < EPHEMERAL[0] <= min(one.client_tid for one in worked)


def ports_of(neighbours: list[Neighbour]) -> list[int]:
    """Return the client ports of the last few of them."""
    return [one.client_tid for one in neighbours[-3:]]
