"""How clients leave: on purpose, for a reason, or without a word."""

from tftptui.findings import evidence, proofs, remedies
from tftptui.findings.chance import FEWEST, rounds_no_chance
from tftptui.findings.draft import Draft
from tftptui.findings.facts import Facts, same_options
from tftptui.findings.helps import helps_for
from tftptui.findings.rules.silence import is_unanswered
from tftptui.knowledge.signatures import may_ignore_repeats
from tftptui.telemetry.findings import FACT, LIKELY, POSSIBLE, Evidence
from tftptui.telemetry.probe_trials import SEEN_ENOUGH
from tftptui.telemetry.views import TransferView
from tftptui.telemetry.words import counted, seconds

_FOLLOWS = 3.0
"""Seconds in which a client that has asked for the size asks for the file."""

_OPTION_REFUSED = 8  # RFC 2347
_DISK_FULL = 3  # RFC 1350 §5
_PROBE_CODES = (0, _OPTION_REFUSED)
_PROBE_BLOCKS = 1
"""Blocks after which some loaders break off that only look whether a file is there."""

_STUCK_SECONDS, _LONG_STUCK = 5.0, 8.0
"""Seconds for which nothing moves, besides time-outs in a row that are no chance. After
the longer time one less will do: on a slow way the next is far off."""

_SILENT_BY_THEN = 15.0
"""Seconds after which who may_ignore_repeats() would have spoken: our waits double, so
that the first of more than 5 s begins within 10 s, and it speaks after 5 s of that."""


def size_probe(facts: Facts) -> Draft | None:
    """The client asked for the size and left: boot firmware does, and comes back."""
    found = next((one for one in facts.tries if _is_probe(facts, one)), None)
    if found is None:
        return None
    return Draft(
        code="size-probe",
        headline=f"{found.kind or facts.client} asked only for the size of "
        f"{facts.file}: normal, the ERROR is how it ends that.",
        confidence=FACT,
        stands_at="nobody",
        is_alarm=False,
        transfers=(found.number,),
        since=found.started,
        evidence=(
            Evidence(text=found.error, transfer=found.number, time=found.ended),
            *evidence.program(facts),
        ),
        remedies=remedies.say("nothing"),
    )


def options_refused(facts: Facts) -> Draft | None:
    """The client does not like a value in our OACK, and gives up."""
    one = facts.latest
    if one is None or not _ended_by_client(one) or one.sent_blocks or not one.agreed:
        return None
    if _is_probe(facts, one) or facts.now - (one.ended or facts.now) < _FOLLOWS:
        return None
    if one.peer_error != _OPTION_REFUSED and one.retransmits:
        return None  # it may mind that it got the same answer twice
    code = "options-refused"
    agreed = ", ".join(f"{name}={value}" for name, value in one.agreed)
    is_clear = one.peer_error == _OPTION_REFUSED and one.phase != "probed"
    return Draft(
        code=code,
        headline=f"{facts.client} refuses what {facts.words.server} agreed to "
        f"({agreed}) and gives up.",
        confidence=FACT if is_clear else LIKELY,
        stands_at="client",
        transfers=(one.number,),
        since=one.started,
        evidence=(
            Evidence(text=one.error, transfer=one.number, time=one.ended),
            *(Evidence(text=note, transfer=one.number) for note in one.notes),
            *evidence.program(facts),
        ),
        remedies=remedies.refuse_option(facts, [name for name, _ in one.agreed]),
        helps=helps_for(code, facts),
        proof=proofs.fetch_from_port(facts, one.client_tid),
    )


def aborted(facts: Facts) -> Draft | None:
    """The client broke a transfer off and said so."""
    one = facts.latest
    if one is None or not _ended_by_client(one) or _is_probe(facts, one):
        return None
    is_early = not one.sent_blocks and not one.retransmits
    if is_early or one.phase != "failed" or SEEN_ENOUGH in one.error:
        return None
    code, said = "client-aborted", one.error.partition(": ")[2] or one.error
    where, broke = (
        f"at block {one.acked_blocks:,}",
        f"{facts.client} broke {facts.file}",
    )
    return Draft(
        code=code,
        headline=f"{broke} off {where}: {said}.",
        plain=f"{broke} off: {said}.",
        confidence=FACT,
        stands_at="client",
        transfers=(one.number,),
        since=one.ended or one.moved,
        evidence=(
            Evidence(text=f"{one.error}, {where}", transfer=one.number, time=one.ended),
            *evidence.program(facts),
        ),
        remedies=remedies.say(_look_there(one)),
        helps=helps_for(code, facts),
    )


def _look_there(one: TransferView) -> str:
    """Return what to do about a client that broke off, as far as its ERROR tells."""
    if one.peer_error == _DISK_FULL:
        return "make room on the client: its disk or memory is full, it says"
    return (
        "look at the client: was the program ended there, by ctrl-c, kill or a time "
        "limit? If not: its memory, its disk, its console"
    )


def cut(facts: Facts) -> Draft | None:
    """Blocks had arrived, now none does, though the client is alive."""
    moved = [one for one in facts.tries if one.heard and one.acked_blocks]
    if not moved or facts.is_done:
        return None
    one, latest = moved[-1], facts.tries[-1]
    # A client that has the last block, and starts it, repeats nothing any more.
    waited = _STUCK_SECONDS if _may_have_all(one) else 0.0
    is_alive = _is_stuck(facts, one) and one.repeated > one.moved + waited
    asks_again = latest is not one and is_unanswered_since(facts, one)
    if not (is_alive or asks_again):
        return None
    why = "asks again" if asks_again else "repeats its ACKs"
    code, where = "path-cut", f" at block {one.acked_blocks:,}"
    cut_, then = (
        f"The way to {facts.client} was cut",
        f"it {why}, and {facts.words.our} packets do not arrive any more.",
    )
    return Draft(
        code=code,
        headline=f"{cut_}{where}: {then}",
        plain=f"{cut_}: {then}",
        confidence=LIKELY,
        stands_at="between-or-client",
        transfers=tuple(facts.numbers),
        since=one.moved,
        evidence=(_stopped(facts, one), evidence.asked(facts)),
        remedies=remedies.say(
            "look for what changed on the way at that moment: a rule, a route, a link",
            "if there was a pause before: raise the firewall's time-out for UDP",
        ),
        helps=helps_for(code, facts),
        proof=proofs.trace(facts),
    )


def gone(facts: Facts) -> Draft | None:
    """Blocks had arrived, then the client fell silent without a word."""
    one = facts.latest
    if one is None or not one.heard or not _is_stuck(facts, one):
        return None
    if _ended_by_client(one) or _has_last_word(facts, one):
        return None
    if _may_have_all(one) or _may_speak_yet(facts, one):
        return None
    code = "client-gone"
    where = f"at block {one.acked_blocks:,}" if one.acked_blocks else "at the start"
    silent, did = (
        f"{facts.client} fell silent",
        "sent" if facts.is_upload else "fetched",
    )
    why = "switched off, unplugged, busy, or the way to it was cut."
    return Draft(
        code=code,
        headline=f"{silent} {where} of {facts.file}: {why}",
        plain=f"{silent} while it {did} {facts.file}: {why}",
        confidence=POSSIBLE,
        stands_at="unknown",
        transfers=(one.number,),
        since=one.moved,
        evidence=(_stopped(facts, one),),
        remedies=remedies.say(
            "look whether the client is still running, and whether it can be reached"
        ),
        helps=helps_for(code, facts),
        proof=f"ping -c 3 {facts.client}",
    )


def is_unanswered_since(facts: Facts, one: TransferView) -> bool:
    """Whether a client asks again in vain since a try that had moved."""
    later = tuple(other for other in facts.tries if other.number > one.number)
    return is_unanswered(
        Facts(now=facts.now, client=facts.client, file=facts.file, tries=later)
    )


def _stopped(facts: Facts, one: TransferView) -> Evidence:
    silent = seconds((one.ended or facts.now) - one.moved)
    return Evidence(
        text=f"{counted(one.acked_blocks, 'block')} acknowledged, then nothing for "
        f"{silent}; no ICMP error came",
        transfer=one.number,
        time=one.moved,
    )


def _is_stuck(facts: Facts, one: TransferView) -> bool:
    """Whether nothing moves any more, and none did before the client itself left."""
    closed = facts.closed_at(one)
    if one.superseded:
        return False
    if one.phase == "abandoned" and not closed:
        return True
    until = min([*closed, one.ended or facts.now])
    still, timeouts = until - one.moved, one.timeouts - len(closed)
    enough = rounds_no_chance(one.acked_blocks, max(0, one.retransmits - one.timeouts))
    if still >= _LONG_STUCK:
        enough = max(FEWEST, enough - 1)
    has_waited = one.running or one.phase == "abandoned" or _ended_by_client(one)
    return has_waited and timeouts >= enough and still >= _STUCK_SECONDS


def _has_last_word(facts: Facts, one: TransferView) -> bool:
    """Whether a capture shows that the server is silent, and not the client."""
    return facts.scene.is_capture and one.repeated > one.moved and not one.retransmits


def _may_speak_yet(facts: Facts, one: TransferView) -> bool:
    """Whether the client is one that speaks only after we have been silent."""
    is_waiting = one.running and facts.now - one.moved < _SILENT_BY_THEN
    return is_waiting and may_ignore_repeats(one.kind)


def _may_have_all(one: TransferView) -> bool:
    """Whether the last block is out: a client that has it may go without a word."""
    if one.direction != "read" or one.total_size is None:
        return False
    return one.sent_blocks > one.total_size // one.block_size


def _ended_by_client(one: TransferView) -> bool:
    return one.peer_error is not None and one.phase in ("failed", "probed")


def _is_probe(facts: Facts, one: TransferView) -> bool:
    """Whether a try was only to see how large a file is, or whether it is there."""
    if not _ended_by_client(one) or one.peer_error not in _PROBE_CODES:
        return False
    if one.acked_blocks > _PROBE_BLOCKS or one.direction == "write":
        return False
    later = [other for other in facts.tries if other.number > one.number]
    if any(not same_options(other.asked, one.asked) for other in later):
        return True
    said = one.error.casefold()
    is_told = one.phase == "probed" and ("abort" in said or one.peer_error == 0)
    return (
        is_told
        or one.kind in ("UEFI PXE (edk2)", "Intel boot ROM")
        or (one.kind == "Raspberry Pi ROM")
    )
