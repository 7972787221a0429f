import pytest
from rich.cells import cell_len

from tests.support.pictures import NOW, ports, view
from tests.support.why_scene import finding
from tftptui.engine.messages import TransferPhase
from tftptui.ui.kit.rows import fitted, fitted_path
from tftptui.ui.ladder.words import client_choices, counters, server_choice
from tftptui.ui.panes.transfers import words
from tftptui.ui.panes.transfers.columns import Shape, Surroundings, layout
from tftptui.ui.panes.transfers.hosts import ClientHosts
from tftptui.ui.store import Store


@pytest.mark.parametrize(
    ("part", "drawn"),
    [(0, "        "), (0.5, "████    "), (1, "████████"), (2, "████████")],
)
def test_a_bar_has_a_fixed_width(part: float, drawn: str) -> None:
    assert words.bar(part) == drawn


def test_a_bar_moves_by_eighths() -> None:
    assert words.bar(1 / 64) == "▏       "


@pytest.mark.parametrize(
    ("asked", "agreed", "drawn"),
    [
        ([], [], "512"),
        ([("blksize", "1468")], [("blksize", "1428")], "1468→1428"),
        ([("BLKSIZE", "1428")], [("blksize", "1428")], "1428"),
        (
            [("windowsize", "64"), ("tsize", "0")],
            [("windowsize", "16"), ("tsize", "9")],
            "512 w64→16 tsize",
        ),
        ([("timeout", "5")], [("timeout", "5")], "512 t5"),
    ],
)
def test_options_are_as_granted(
    asked: list[tuple[str, str]], agreed: list[tuple[str, str]], drawn: str
) -> None:
    assert words.options(view(1, asked=asked, agreed=agreed)) == drawn


def test_the_last_block_counts_even_when_it_is_empty() -> None:
    # RFC 1350 §6
    assert words.blocks(view(1, total_size=1024, acked_blocks=2)) == "2/3"


def test_unknown_sizes_make_no_promises() -> None:
    one = view(1, total_size=None)
    assert words.progress(one) is None
    assert words.blocks(one) == "100"
    assert words.pace(one, 1000, NOW).eta == ""


def test_a_stall_stops_the_estimate() -> None:
    pace = words.pace(view(1, "stalled", moved=NOW - 12), 1000, NOW)
    assert pace == words.Pace(rate="–", quiet="idle 12 s")


def test_an_estimate_is_marked() -> None:
    assert words.pace(view(1), 48_800, NOW).eta == "~1 s"


@pytest.mark.parametrize(
    ("phase", "drawn"),
    [
        ("completed", "done 1 s ago"),
        ("unconfirmed", "unconfirmed 1 s ago"),
        ("failed", "failed 1 s ago"),
        ("abandoned", "no reply 1 s ago"),
        ("aborted", "aborted 1 s ago"),
        ("probed", "size probe 1 s ago"),
    ],
)
def test_each_ending_has_its_word(phase: TransferPhase, drawn: str) -> None:
    assert words.ending(view(1, phase), NOW)[0] == drawn
    again = words.ending(view(1, phase, retransmits=4), NOW)
    assert again[0] == f"{drawn}, 4 resent"
    word = drawn.removesuffix(" 1 s ago")
    assert all(word in form or form == "4 resent" for form in again)
    assert ("4 resent" in again) == (phase == "completed")


def test_every_phase_has_its_own_mark() -> None:
    phases: list[TransferPhase] = [
        "sending",
        "stalled",
        "completed",
        "unconfirmed",
        "failed",
        "abandoned",
        "probed",
        "aborted",
    ]
    assert len({words.mark(view(1, phase)) for phase in phases}) == len(phases)
    assert words.mark(view(1, direction="write")) == "↓"


@pytest.mark.parametrize(
    ("host", "drawn"),
    [("10.0.4.21", "10.0.4.21"), ("2001:db8:41:7::4a:21", "…:41:7::4a:21")],
)
def test_only_long_addresses_are_shortened_to_their_end(host: str, drawn: str) -> None:
    assert words.short_host(host, 15) == drawn


def test_the_ports_in_a_capture_may_be_anybody_s() -> None:
    told = words.ports_in_words(view(1, client_tid=2_072, server_tid=45_140), None)
    assert told == "Port 2072 is the client's own choice; 45140 is the server's."


def test_a_request_without_an_answer_names_one_port() -> None:
    told = words.ports_in_words(view(1, client_tid=2_072, server_tid=0), None)
    assert told.endswith("; no reply yet, so the server's port is unknown.")


def test_a_port_from_an_older_range_is_told() -> None:
    told = words.ports_in_words(view(1, server_tid=30_000), ports())
    assert "from a range before 40000–40099" in told


def test_a_port_was_chosen_from_the_range_of_then() -> None:
    then = view(1, server_tid=40_001, leased_from=(40_000, 40_004, "sequential"))
    told = words.ports_in_words(then, ports())
    assert told.endswith("; 40001 is ours, from 40000–40004.")
    assert server_choice(then, ports()) == "ours, the next free from 40000–40004"


@pytest.mark.parametrize(
    ("kind", "sure", "told"),
    [
        ("atftp", 0.6, "atftp?"),
        ("curl", 0.95, "curl"),
        ("tftp-hpa or atftp", 0.5, "tftp-hpa or atftp"),
        ("", 0.0, ""),
    ],
)
def test_a_guess_at_the_kind_of_client_is_marked(
    kind: str, sure: float, told: str
) -> None:
    one = view(1, kind=kind, kind_sure=sure)
    assert words.kind_words(one) == told
    is_known = kind and told == kind
    choice = f"{kind}'s own choice" if is_known else "the client's own choice"
    assert client_choices(one, may_be_nats=False) == [choice]
    assert client_choices(one, may_be_nats=True) == [
        f"{choice}, or a NAT's on the path",
        f"{choice}, or a NAT's",
        "its own choice, or a NAT's",
        "its, or a NAT's",
    ]


@pytest.mark.parametrize("width", range(60, 200, 9))
@pytest.mark.parametrize("long_hosts", [False, True])
def test_columns_use_the_width_there_is(width: int, long_hosts: bool) -> None:  # noqa: FBT001
    around = Surroundings(Store(), ClientHosts(Store()), lambda: NOW)
    fold = layout(width, Shape(long_hosts=long_hosts), around)
    rooms = [one.room + len(fold.gap) for one in fold.columns]
    assert 2 + sum(rooms) + fold.tail + 1 == width


@pytest.mark.parametrize("text", ["abc", "日本語", "x" * 50, ""])
def test_fitted_text_has_its_width(text: str) -> None:
    assert cell_len(fitted(text, 5)) == 5
    assert cell_len(fitted(text, 5, right=True)) == 5


@pytest.mark.parametrize(
    ("path", "drawn"),
    [
        ("firmware/fw-2.1.bin", "firmware/fw-2.1.bin"),
        ("images/firmware/fw-2.1.bin", "images/…/fw-2.1.bin"),
        ("/srv/images/old/fw-2.1.bin", "srv/…/old/fw-2.1.bin"),
        ("/srv/images/firmware/fw-2.1.bin", "srv/…/fw-2.1.bin"),
        ("firmware-of-the-switches/fw-2.1.bin", "…/fw-2.1.bin"),
        ("a/the-name-of-this-file-is-too-long.bin", "…/the-name-…o-long.bin"),
        ("the-name-of-this-file-is-too-long.bin", "the-name-of…o-long.bin"),
    ],
)
def test_a_path_loses_its_middle_and_keeps_the_name(path: str, drawn: str) -> None:
    assert fitted_path(path, 22) == drawn.ljust(22)


def test_a_client_never_heard_of_names_both_ports() -> None:
    silent = view(1, "stalled", moved=NOW - 20, acked_bytes=0, acked_blocks=0)
    told = words.meaning(silent)
    assert told.startswith("No reply from the client: packets to its port")
    assert "its port 50001" in told
    assert "ACKs to port 40001" in told


def test_how_often_it_asked_is_told() -> None:
    silent = view(1, "stalled", moved=NOW - 20, duplicates=2)
    assert "which sent 3 requests:" in words.meaning(silent)


def test_a_client_given_up_in_silence_is_told_likewise() -> None:
    gone = view(1, "abandoned", moved=NOW - 20, error=words.NEVER_ANSWERED)
    assert "were lost on the path" in words.meaning(gone)


def test_a_known_reason_comes_before_the_guess() -> None:
    refused = view(1, "stalled", moved=NOW - 20, error="this host can't send")
    closed = view(1, "abandoned", moved=NOW - 20, error="the client has closed it")
    assert words.meaning(refused) == "This host can't send."
    assert words.meaning(closed) == "The client has closed it."


def test_a_client_that_answered_once_is_not_told_so() -> None:
    assert "No progress for a while" in words.meaning(view(1, "stalled", moved=NOW - 9))


def test_what_has_just_ended_is_not_said_to_go_on() -> None:
    lost = view(1, "abandoned", retransmits=8, ended=NOW, heard=False)
    assert words.ending(lost, NOW) == [
        "no reply just now, 8 resent",
        "no reply, 8 resent",
        "no reply just now",
        "no reply",
    ]


def test_the_name_of_a_file_keeps_its_case() -> None:
    one = view(1, "failed", file="u-boot.img")
    told = finding(code="file-changed", headline="u-boot.img changed meanwhile.")
    assert words.story(one, ports(), told).startswith("u-boot.img changed")


def test_how_it_ended_is_told_before_how_often_something_was_sent_again() -> None:
    gone = view(1, "abandoned", retransmits=6, ended=NOW - 3, heard=True)
    forms = words.ending(gone, NOW)
    fitting = next(form for form in forms if len(form) <= 15)
    assert fitting == "gave up 3 s ago"


def test_an_upload_says_that_it_was_one() -> None:
    stored = view(1, "completed", direction="write", round_trip=0.0)
    assert words.ending(stored, NOW)[0] == "↓ done 1 s ago"
    assert words.meaning(stored) == words.STORED
    told = dict(counters(stored))
    assert told["bytes"].endswith(" received")
    assert told["round trip"] == "–"


@pytest.mark.parametrize(
    ("seconds", "told"), [(0.000_02, "under 0.1 ms"), (0.0123, "12.3 ms")]
)
def test_a_round_trip_that_was_measured_is_not_zero(seconds: float, told: str) -> None:
    assert dict(counters(view(1, round_trip=seconds)))["round trip"] == told
