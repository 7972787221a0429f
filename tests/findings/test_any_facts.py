"""Any possible facts: rules never fail, and a completed file is no alarm."""

import re
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.facts import CLIENT, FILE, FIREWALL, NOON, SERVER, refused
from tests.support.finding_kinds import ended
from tftptui.findings.draft import Draft
from tftptui.findings.facts import Facts, Icmp, Neighbour, Scene
from tftptui.findings.file import file_changed, file_missing, file_permission
from tftptui.findings.host import no_route, server_output_blocked
from tftptui.findings.registry import NOTES, OF_SERVER, TROUBLE, judge, notes
from tftptui.findings.signs.comparison import has_recurred
from tftptui.findings.summary import summary_of
from tftptui.telemetry.escapes import visible
from tftptui.telemetry.findings import FACT, OURS
from tftptui.telemetry.views import TransferView

PORTS = st.integers(1, 65_535)
SMALL = st.integers(0, 40)
MOMENTS = st.floats(0.0, 90.0)
HOSTS = st.sampled_from([CLIENT, SERVER, FIREWALL, "10.0.4.22", "8.8.8.8", "?"])
KINDS = st.sampled_from(["", "Intel boot ROM", "curl", "UEFI PXE (edk2)", "nobody"])
OPTIONS = st.lists(
    st.sampled_from([("tsize", "0"), ("blksize", "1468"), ("timeout", "5")]),
    max_size=3,
)
PHASES = st.sampled_from(
    [
        "negotiating",
        "sending",
        "stalled",
        "completed",
        "unconfirmed",
        "failed",
        "abandoned",
        "probed",
        "aborted",
    ]
)
SEEN_BESIDE: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "lost_to_client": st.integers(0, 3),
        "lost_to_server": st.integers(0, 3),
        "bounced": st.none() | st.tuples(st.just("refused"), HOSTS, SMALL),
    }
)
"""Fields of a transfer that only a capture has."""

OWN = (
    *(server_output_blocked.output_blocked, no_route.no_route),
    *(file_missing.missing, file_missing.ambiguous),
    *(file_permission.locked, file_changed.changed),
    *OF_SERVER.values(),
)
"""Rules that only match a server's own errors, which no capture shows."""

OF_CAPTURES = [rule for rule in (*TROUBLE, *NOTES) if rule not in OWN]
SILENCE_CODES = {"answers-blocked", "acks-blocked", "nat-without-helper", "path-cut"}


@st.composite
def views(draw: st.DrawFn, number: int) -> TransferView:
    start = NOON + draw(MOMENTS)
    asked = sorted(start + draw(MOMENTS) for _ in range(draw(st.integers(0, 3))))
    given: dict[str, Any] = {
        "number": number,
        "client": CLIENT,
        "client_tid": draw(PORTS),
        "server": SERVER,
        "server_tid": draw(PORTS),
        "file": FILE,
        "direction": draw(st.sampled_from(["read", "write"])),
        "asked": draw(OPTIONS),
        "agreed": draw(OPTIONS),
        "block_size": draw(st.sampled_from([8, 512, 1_428, 1_468, 8_192])),
        "started": start,
        "moved": start + draw(MOMENTS),
        "ended": draw(st.none() | st.floats(NOON, NOON + 200)),
        "phase": draw(PHASES),
        "sent_blocks": draw(SMALL),
        "acked_blocks": draw(SMALL),
        "retransmits": draw(SMALL),
        "duplicates": draw(SMALL),
        "timeouts": draw(st.integers(0, 7)),
        "round_trip": draw(st.none() | st.floats(0.0, 5.0)),
        "least_round_trip": draw(st.none() | st.floats(0.0, 5.0)),
        "requests": 1 + len(asked),
        "asked_at": (start, *asked),
        "twins": draw(st.integers(0, 2)),
        "heard": draw(st.booleans()),
        "send_errno": draw(st.sampled_from([0, 0, 1, 101, 113, 9_999])),
        "repeated": draw(st.just(0.0) | st.floats(NOON, NOON + 90)),
        "peer_error": draw(st.none() | st.integers(0, 9)),
        "our_error": draw(st.none() | st.integers(0, 9)),
        "error": draw(st.text(max_size=20).map(visible)),
        "superseded": draw(st.booleans()),
        "evicted": draw(st.booleans()),
        "kind": draw(KINDS),
        "kind_sure": draw(st.floats(0.0, 1.0)),
    }
    return TransferView(**given, **draw(SEEN_BESIDE))


@st.composite
def messages(draw: st.DrawFn) -> Icmp:
    return Icmp(
        draw(st.sampled_from([1, 2, 3, 11])),
        draw(st.integers(0, 13)),
        "a message",
        draw(st.none() | HOSTS),
        draw(st.integers(1, 4)),
        tuple(NOON + draw(MOMENTS) for _ in range(draw(st.integers(1, 3)))),
    )


@st.composite
def others(draw: st.DrawFn, number: int) -> Neighbour:
    return Neighbour(
        number=number,
        client=draw(HOSTS),
        client_tid=draw(PORTS),
        server_tid=draw(PORTS),
        file=draw(st.sampled_from([FILE, "other"])),
        kind=draw(KINDS),
        worked=draw(st.booleans()),
        had_oack=draw(st.booleans()),
        block_size=draw(st.sampled_from([512, 1_468])),
        time=NOON + draw(MOMENTS),
        begun=NOON + draw(MOMENTS),
        is_done=draw(st.booleans()),
        has_blocks=draw(st.booleans()),
    )


REASONS = st.sampled_from(
    ["not-found", "access", "ambiguous", "denied", "ports-exhausted", "no-route", "?"]
)


@st.composite
def cases(draw: st.DrawFn) -> Facts:
    count = draw(st.integers(0, 4))
    is_capture = draw(st.booleans())
    unseen = draw(st.integers(0, 2)) if is_capture else 0
    return Facts(
        now=NOON + draw(st.floats(0.0, 200.0)),
        client=CLIENT,
        file=FILE,
        scene=Scene(
            single_port=draw(st.booleans()),
            addresses=frozenset({SERVER}),
            on_link=draw(st.none() | st.booleans()),
            is_capture=is_capture,
        ),
        unanswered=tuple(draw(views(60 + number)) for number in range(unseen)),
        tries=tuple(draw(views(number)) for number in range(1, count + 1)),
        refusals=tuple(
            refused(draw(REASONS), draw(MOMENTS))
            for _ in range(draw(st.integers(0, 2)))
        ),
        icmp=tuple(draw(st.lists(messages(), max_size=3))),
        neighbours=tuple(
            draw(others(50 + number)) for number in range(draw(st.integers(0, 5)))
        ),
        asked_address=draw(st.sampled_from(["", SERVER, "10.0.1.6"])),
    )


def whole(draft: Draft) -> bool:
    """Return whether a draft has everything that a screen needs."""
    said = draft.code and draft.headline.endswith((".", "?")) and draft.evidence
    return bool(said) and "\n" not in draft.headline and bool(draft.remedies)


@settings(max_examples=150)
@given(cases())
def test_every_rule_is_total_says_all_and_never_speaks_for_a_captured_server(
    seen: Facts,
) -> None:
    """One set of examples for all checks: generating them takes most of the time."""
    drafts = {rule: rule(seen) for rule in (*TROUBLE, *NOTES)}
    assert all(whole(draft) for draft in drafts.values() if draft is not None)
    assert judging_never_fails(seen)
    assert [draft.code for draft in notes(seen) if draft.is_alarm] == []
    if seen.scene.is_capture:
        for rule in OF_CAPTURES:
            assert is_neutral(drafts[rule])


def judging_never_fails(seen: Facts) -> bool:
    """Call judge, and everything else that takes facts."""
    draft = judge(seen)
    ended(seen, draft.code if draft else "answers-blocked")
    for rule in OF_SERVER.values():
        rule(seen)
    summary_of(seen)
    return True


def is_neutral(draft: Draft | None) -> bool:
    """Return whether a draft does not speak as the server in a capture."""
    if draft is None:
        return True
    told = f"{draft.headline} {list(draft.remedies)} {draft.helps}"
    is_ours = re.search(r"\b(our|ours|this (server|host))\b", told)
    return not is_ours and OURS not in [one.platform for one in draft.remedies]


@settings(max_examples=80)
@given(cases(), st.floats(91.0, 150.0))
def test_what_has_come_is_no_trouble(seen: Facts, at: float) -> None:
    if not seen.tries:
        return
    last = msgspec.structs.replace(
        seen.tries[-1], phase="completed", started=NOON + at, number=9
    )
    done = Facts(
        now=seen.now,
        client=seen.client,
        file=seen.file,
        tries=(*seen.tries, last),
        refusals=seen.refusals,
        icmp=seen.icmp,
        neighbours=seen.neighbours,
    )
    assert judge(done) is None or last.agreed == []
    assert ended(done, "answers-blocked") or has_recurred(done)


@settings(max_examples=100)
@given(cases())
def test_silence_is_never_a_fact(seen: Facts) -> None:
    quiet = Facts(
        now=seen.now,
        client=seen.client,
        file=seen.file,
        scene=seen.scene,
        tries=tuple(
            msgspec.structs.replace(one, send_errno=0, peer_error=None)
            for one in seen.tries
        ),
    )
    draft = judge(quiet)
    if draft is not None and draft.code in SILENCE_CODES:
        assert draft.confidence < FACT
