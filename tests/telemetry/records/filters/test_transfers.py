"""Filters for transfers, with their own fields and values."""

import pytest
from hypothesis import given

from tests.support.filter_texts import SCRAPS
from tests.support.pictures import NOW, view
from tftptui.telemetry.records.filters.completing import completed
from tftptui.telemetry.records.filters.parsing import Problem, parse
from tftptui.telemetry.records.filters.terms import Filter
from tftptui.telemetry.records.filters.transfers import Filtered, passes
from tftptui.telemetry.records.filters.vocabulary import TRANSFERS

RUNNING = Filtered(
    view(1, kind="iPXE", window=16, retransmits=3, round_trip=0.3, block_size=1428)
)
GAVE_UP = Filtered(
    view(2, "abandoned", client="10.0.4.37", error="the client never replied"),
    tries=4,
    finding="replies to port 2070 are dropped",
)
REFUSED = Filtered(
    view(3, "failed", file="x.cfg", error="no such file"), is_refused=True
)
UPLOAD = Filtered(view(4, direction="write", agreed=[("blksize", "1428")]))
ALL = {"running": RUNNING, "gave up": GAVE_UP, "refused": REFUSED, "upload": UPLOAD}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", "running, gave up, refused, upload"),
        ("client:10.0.4.37", "gave up"),
        ("client:10.0.4.0/24 file:*.cfg", "refused"),
        ("kind:ipxe", "running"),
        ("state:running", "running, upload"),
        ("state:abandoned,refused", "gave up, refused"),
        ("state:failed", ""),
        ("trouble !state:refused", "gave up"),
        ("resent>0", "running"),
        ("resent:>0", "running"),
        ("resent:>=3 rtt:>250", "running"),
        ("!rtt:<1000", "gave up, refused, upload"),
        ("tries:>1 or window:16", "running, gave up"),
        ("port:50001", "running"),
        ("option:blksize=1428", "upload"),
        ("upload", "upload"),
        ("finding:dropped", "gave up"),
        ("never", "gave up"),
        ("blksize:1428", "running"),
        ("since:10s", ""),
        ("until:10s size:100000 transfer:1", "running"),
    ],
)
def test_a_filter_means_these_transfers(text: str, names: str) -> None:
    wanted = parse(text, TRANSFERS)
    assert isinstance(wanted, Filter)
    found = [name for name, one in ALL.items() if passes(wanted, one, NOW)]
    assert ", ".join(found) == names


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "attempt>0",
            "no field attempt; did you mean resent:>0?\nFields: client server",
        ),
        ("stat:failed", "did you mean state?\nFields:"),
        ("state:faild", "did you mean failed?"),
        ("zzz:1", "no field zzz.\nFields: client server state file"),
        ("?", "fields: client server state"),
    ],
)
def test_a_wrong_field_names_those_that_there_are(text: str, words: str) -> None:
    found = parse(text, TRANSFERS)
    assert isinstance(found, Problem)
    assert words in found.text


def test_a_question_mark_is_a_letter_like_others() -> None:
    wanted = parse("file:a?c", TRANSFERS)
    assert isinstance(wanted, Filter)
    assert passes(wanted, Filtered(view(1, file="a?c")), NOW)
    assert not passes(wanted, Filtered(view(1, file="abc")), NOW)


@given(SCRAPS)
def test_any_text_can_be_asked_of_a_transfer(text: str) -> None:
    wanted = parse(text, TRANSFERS)
    if isinstance(wanted, Filter):
        assert passes(wanted, RUNNING, NOW) in (True, False)
        assert parse(str(wanted), TRANSFERS) == wanted


@pytest.mark.parametrize(
    ("text", "more"), [("stat", "state:"), ("state:ab", "state:abandoned")]
)
def test_tab_goes_on_with_fields_of_transfers(text: str, more: str) -> None:
    assert completed(text, {}, TRANSFERS) == more
