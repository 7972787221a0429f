import pytest
from hypothesis import example, given

from tests.support.filter_texts import FILTERS, SCRAPS
from tftptui.telemetry.records.filters.parsing import LONGEST, Problem, parse
from tftptui.telemetry.records.filters.terms import (
    Filter,
    Mark,
    Numbers,
    Term,
    Types,
    Word,
)


def written(text: str) -> str:
    """Return a filter as it prints itself."""
    found = parse(text)
    assert isinstance(found, Filter)
    return str(found)


def trouble(text: str) -> Problem:
    found = parse(text)
    assert isinstance(found, Problem)
    return found


@given(FILTERS)
def test_what_is_printed_reads_back_the_same(wanted: Filter) -> None:
    text = str(wanted)
    if len(text) <= LONGEST:
        assert parse(text) == wanted


@given(SCRAPS)
@example('"!x"')
@example('file:"a,b",c')
def test_any_text_is_a_filter_or_a_problem_inside_it(text: str) -> None:
    found = parse(text)
    if isinstance(found, Problem):
        assert 0 <= found.at <= len(text)
        assert found.text
    else:
        assert parse(str(found)) == found


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("", ""),
        ("type:ACK", "type:ack"),
        ("type=ack,data,ack", "type:ack,data"),
        ("!!retrans", "retrans"),
        ("retrans retrans", "retrans"),
        ("port>2069", "port:2070-"),
        ("block<17", "block:0-16"),
        ("port:2070–2079", "port:2070-2079"),
        ("port:-80", "port:0-80"),
        ("cport:2072 sport:69", "client-port:2072 server-port:69"),
        ("since:1.5s", "since:1500ms"),
        ("since:2m", "since:2min"),
        ("until:9:05", "until:09:05:00"),
        ('"type:ack"', '"type:ack"'),
        ('"retrans"', '"retrans"'),
        ("fe80::1", '"fe80::1"'),
        ("RETRANS OR dup", "retrans or dup"),
    ],
)
def test_there_are_several_ways_to_write_it(text: str, same: str) -> None:
    assert written(text) == same


def test_quotes_take_the_meaning_away() -> None:
    assert parse('"retrans"') == Filter(((Term(Word("retrans")),),))
    assert parse('"!retrans"') == Filter(((Term(Word("!retrans")),),))
    assert parse("!retrans") == Filter(((Term(Mark("retrans"), negated=True),),))


def test_terms_hold_together_and_choices_apart() -> None:
    ack, one = Term(Types(("ack",))), Term(Numbers("block", ((1, 1),)))
    dup = Term(Mark("dup"))
    assert parse("type:ack block:1 or dup") == Filter(((ack, one), (dup,)))


@pytest.mark.parametrize(
    ("text", "at", "words"),
    [
        ("type:akc", 5, "did you mean ack?"),
        ("retrans type:", 13, "type: is one of rrq wrq data ack"),
        ("typ:ack", 0, "no field typ; did you mean type?\nFields: client server"),
        ("port:x", 5, "like port:2070-2079"),
        ("port:9-1", 5, "did you mean 1-9?"),
        ("port:1,,2", 7, "a number or a range"),
        ("block>", 6, "block> needs one number"),
        ("block<0", 6, "block cannot be below 0"),
        ("type>ack", 4, "write type: here"),
        ("client:10.0.4.0/99", 7, "is not a network"),
        ("file:", 5, "like file:*.img"),
        ("since:5", 6, "like since:5s or since:12:04:23"),
        ("since:24:00", 6, "like since:5s"),
        ('file:"a', 5, 'closing " is missing'),
        ("!", 1, "a condition is missing"),
        ("or dup", 0, "write “or” between two conditions"),
        ("dup or", 4, "write “or” between two conditions"),
        ("x" * 501, 500, "at most 500 characters"),
    ],
)
def test_a_problem_says_where_and_what_to_type(text: str, at: int, words: str) -> None:
    found = trouble(text)
    assert found.at == at
    assert words in found.text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "all packets"),
        (
            "client:10.0.4.0/24 type:ack,data retrans",
            "client 10.0.4.0/24 and ACK or DATA and resent",
        ),
        ("port:2070-2079 !dup", "port 2070–2079 and not received again"),
        ("since:5s or pxe", "since 5s ago; or with “pxe”"),
        ("block:100-", "block 100 or more"),
    ],
)
def test_a_filter_can_be_said_in_words(text: str, words: str) -> None:
    found = parse(text)
    assert isinstance(found, Filter)
    assert found.words == words


def test_a_term_is_added_once() -> None:
    dup = Term(Mark("dup"))
    found = parse("type:ack or type:data")
    assert isinstance(found, Filter)
    assert str(found.with_term(dup)) == "type:ack dup or type:data dup"
    assert found.with_term(dup).with_term(dup) == found.with_term(dup)
    assert str(Filter().with_term(dup)) == "dup"
