"""The Why screen, and where the panes refer to it."""

import msgspec
import pytest

from tests.support.pane_host import packets, record
from tests.support.pictures import NOW, frame, view
from tests.support.screens import LARGE, SMALL, Shown, shown
from tests.support.why_scene import finding, founding_case
from tftptui.engine.messages import Frame, TransferPhase
from tftptui.telemetry.findings import LIKELY, OURS, Earlier, Remedy
from tftptui.telemetry.records.ring import Kind
from tftptui.ui.findings.words import as_text

SIZES = pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
HEADLINE = "Packets from this server to UDP ports 2070–2072"
BRIEF = "Dropped on the path to 10.0.4.37, ports 2070–2072"
"""The short form in a row."""


@SIZES
async def test_the_newest_try_has_the_headline_under_it(size: tuple[int, int]) -> None:
    async with shown(*founding_case(), size=size) as screen:
        lines = screen.text().splitlines()
        under = "╰ Packets from" if size == LARGE else f"╰ {BRIEF}"
        (told,) = [row for row, line in enumerate(lines) if under in line]
        assert "2072" in lines[told - 1]
        assert "w why?" in lines[told]


@SIZES
async def test_it_answers_the_founding_question_without_scrolling(
    size: tuple[int, int],
) -> None:
    async with shown(*founding_case(), size=size) as screen:
        await screen.press("w")
        text = " ".join(screen.text().split())
        assert HEADLINE in text
        assert "certain · client-port-blocked" in text
        short = "no another server range, smaller blocks"
        assert ("another server range no" if size == LARGE else short) in text
        assert "Have UDP from this server's ports" in text  # what to do


async def test_w_leads_to_the_finding_from_any_pane_and_back() -> None:
    async with shown(*founding_case(), size=SMALL) as screen:
        await screen.press("4", "w")
        assert screen.on_top == "WhyScreen"
        await screen.press("w")
        assert screen.on_top == "main"


async def test_a_revision_shows_at_once_and_names_what_it_was() -> None:
    first, second = founding_case()
    async with shown(first) as screen:
        await screen.press("w")
        assert "likely · answers-blocked" in screen.text()
        await screen.tell(second)
        assert "certain · client-port-blocked" in screen.text()
        assert "it was answers-blocked" in screen.text()


async def test_a_withdrawn_finding_says_so_and_leaves_the_list() -> None:
    first, second = founding_case()
    gone = msgspec.structs.replace(second.findings[0], withdrawn="it completed")
    async with shown(first, second) as screen:
        await screen.press("w")
        await screen.tell(Frame(time=NOW, findings=[gone]))
        assert "Withdrawn: it completed." in screen.text()
        await screen.press("escape")
        assert HEADLINE not in screen.text()


async def test_without_a_finding_the_key_is_not_offered() -> None:
    async with shown(frame(view(1))) as screen:
        assert "why?" not in screen.text()
        await screen.press("w")
        assert screen.on_top == "main"
        assert "no finding" in screen.text()
    async with shown(frame(view(1))) as screen:
        await screen.tell(Frame(time=NOW, findings=[finding(transfers=[1])]))
        assert "why?" in screen.text().splitlines()[-1]


async def test_what_is_normal_has_no_line_but_can_be_asked_about() -> None:
    probe = finding(code="size-probe", is_alarm=False, transfers=[1], headline="normal")
    async with shown(frame(view(1, "probed"), findings=[probe])) as screen:
        assert "w why?" not in screen.text().splitlines()[3]
        await screen.press("w")
        assert screen.on_top == "WhyScreen"


@pytest.mark.parametrize(
    ("code", "is_offered"), [("acks-blocked", True), ("file-case", False)]
)
async def test_rules_are_offered_where_a_firewall_may_stand(
    code: str, *, is_offered: bool
) -> None:
    async with shown(*founding_case(code=code)) as screen:
        await screen.press("w")
        assert ("f rules" in screen.text()) is is_offered
        await screen.press("f")
        assert (screen.on_top == "FirewallScreen") is is_offered


@pytest.mark.parametrize(
    ("code", "words"), [("answers-blocked", "# "), ("file-case", "Evidence: ")]
)
async def test_w_t_copies_the_ticket_or_else_the_finding(code: str, words: str) -> None:
    async with shown(*founding_case(code=code)) as screen:
        await screen.press("w", "t")
        while not screen.app.clipboard:
            await screen.pilot.pause()
        assert words in screen.app.clipboard
        assert "10.0.4.37" in screen.app.clipboard


async def test_remedies_for_another_range_than_now_say_so() -> None:
    async with shown(*founding_case(ports="40000-40004"), size=LARGE) as screen:
        await screen.press("w")
        assert "▲ for ports 40000–40004; now 40000–40099" in screen.text()
        await screen.press("y")
        assert "Outdated: for ports 40000–40004; now 40000" in screen.app.clipboard
    async with shown(*founding_case(ports="40000-40099"), size=LARGE) as screen:
        await screen.press("w")
        assert "▲ for ports" not in screen.text()


async def test_the_platform_is_kept_when_the_screen_comes_again() -> None:
    async with shown(*founding_case()) as screen:
        await screen.press("w")
        assert "nftables" in screen.text()
        await screen.press("right")
        assert "Cisco ASA" in screen.text()
        assert "nftables" not in screen.text()
        await screen.press("escape", "w")
        assert "Cisco ASA" in screen.text()


async def test_what_is_done_at_this_server_is_shown_beside_any_platform() -> None:
    ours = [Remedy(platform=OURS, text="one port", command="--single-port")]
    second = [Remedy(platform="Cisco ASA", text="helper", command="inspect tftp")]
    remedies = [*finding().remedies, *second, *ours]
    async with shown(*founding_case(remedies=remedies)) as screen:
        await screen.press("w")
        text = screen.text()
        assert "nftables" in text
        assert "--single-port" in text
        await screen.press("right")
        text = screen.text()
        assert "inspect tftp" in text
        assert "--single-port" in text
        assert text.count("← → others") == 1
        await screen.press("right")
        assert "nftables" in screen.text()


async def test_the_proof_is_copied_with_one_key() -> None:
    async with shown(*founding_case()) as screen:
        await screen.press("w", "Y")
        assert screen.app.clipboard == finding().proof
        await screen.press("y")
        assert screen.app.clipboard == as_text(finding(), "nftables")


def chosen(screen: Shown) -> str:
    """Return the row of evidence under the cursor."""
    (row,) = [line for line in screen.text().splitlines() if "   ▸" in line]
    return row


async def test_evidence_leads_to_its_own_packets() -> None:
    frames = founding_case()
    async with shown(*frames, size=LARGE) as screen:
        await screen.press("w")
        await screen.press("tab", "tab", "tab")
        row = chosen(screen)
        assert "fw-2.1.bin" in row
        await screen.press("enter")
        assert screen.on_top == "main"
        assert screen.main._packets.rows.view.transfer == 1
        assert "40921" in screen.text()


async def test_a_row_of_evidence_is_brought_into_view() -> None:
    async with shown(*founding_case(), size=SMALL) as screen:
        await screen.press("w", "shift+tab")
        row = chosen(screen)
        assert "10.0.4.22" in row
        assert "enter its packets" in screen.text()


async def test_packets_are_shown_at_the_time_of_what_was_seen() -> None:
    first, second = founding_case()
    (one,) = second.findings
    seen = [msgspec.structs.replace(one.evidence[0], transfer=4, time=NOW - 3.0)]
    told = msgspec.structs.replace(one, evidence=seen)
    sent = [record(Kind.RRQ, -ago, transfer=4) for ago in (5.0, 3.0, 1.0)]
    packed = packets(*((one, "") for one in sent))
    async with shown(first, packed, Frame(time=NOW, findings=[told])) as screen:
        await screen.press("w", "tab", "enter")
        rows = screen.main._packets.rows
        assert rows.cursor is not None
        assert rows.view.source.record(rows.cursor).time == NOW - 3.0
        assert not rows.is_following


async def test_what_it_said_before_stands_at_the_end() -> None:
    said = Earlier(
        code="answers-blocked", headline="before", confidence=LIKELY, told=NOW - 9
    )
    async with shown(*founding_case(history=[said], turned=NOW - 2)) as screen:
        await screen.press("w", "G")
        assert "likely answers-blocked: before" in screen.text()
        assert "certain client-port-blocked" in screen.text()


@SIZES
async def test_it_is_told_that_a_finding_is_withdrawn(size: tuple[int, int]) -> None:
    first, second = founding_case()
    why = "it came at the 3rd try"
    gone = msgspec.structs.replace(second.findings[0], withdrawn=why, turned=NOW)
    async with shown(first, second, size=size) as screen:
        await screen.tell(Frame(time=NOW, findings=[gone]))
        told = f"✓ withdrawn: 10.0.4.37 · pxelinux.0: {why}"
        assert told in screen.text()
        await screen.press("w")
        assert f"Withdrawn: {why}." in screen.text()


@SIZES
async def test_what_has_no_row_is_told_above_the_list(size: tuple[int, int]) -> None:
    missing = finding(
        number=2, code="file-missing", headline="no BOOT here", transfers=[]
    )
    async with shown(frame(view(1), findings=[missing]), size=size) as screen:
        assert "⚠ no BOOT here" in screen.text()


async def test_many_that_are_withdrawn_are_counted() -> None:
    gone = [
        finding(number=number, withdrawn="it completed", turned=NOW - number)
        for number in (1, 2, 3)
    ]
    async with shown(frame(view(1), findings=gone)) as screen:
        assert "2 more" in screen.text()


async def test_it_is_told_that_new_evidence_changed_a_finding() -> None:
    first, second = founding_case()
    new = msgspec.structs.replace(second.findings[0], turned=NOW)
    async with shown(first, second) as screen:
        assert "new evidence" not in screen.text()
        await screen.tell(Frame(time=NOW, findings=[new]))
        assert "⚠ new evidence: Packets from this server" in screen.text()


@pytest.mark.parametrize("keys", [("w",), ("w", "f")])
async def test_digits_lead_back_to_a_pane(keys: tuple[str, ...]) -> None:
    async with shown(*founding_case(), size=SMALL) as screen:
        await screen.press(*keys, "3")
        assert screen.on_top == "main"
        assert screen.main._current is screen.main._ports


async def test_its_packets_are_those_of_the_latest_try() -> None:
    async with shown(*founding_case(), size=SMALL) as screen:
        await screen.press("w", "equals_sign")
        assert screen.on_top == "main"
        assert "2072" in screen.text().splitlines()[1]


async def test_the_next_finding_is_one_key_away() -> None:
    other = finding(number=2, code="acks-blocked", headline="ACKs", transfers=[1])
    async with shown(*founding_case(), Frame(time=NOW, findings=[other])) as screen:
        await screen.press("w")
        assert HEADLINE in screen.text()  # the selected transfer's finding comes first
        assert "finding 2 of 2" in screen.text()
        await screen.press("n")
        assert "⚠ ACKs" in screen.text()
        assert "finding 1 of 2" in screen.text()
        await screen.press("n")
        assert HEADLINE in screen.text()


def test_as_text_it_names_every_part() -> None:
    text = as_text(finding(), "Cisco ASA")
    one = finding()
    assert one.headline in text
    assert one.proof in text
    assert all(seen.text in text for seen in one.evidence)
    assert "access-list IN" in text
    assert "dport 1024-65535" not in text


async def test_a_finding_of_the_same_client_and_file_comes_first_instead() -> None:
    first, second = founding_case()
    mine = second.findings[0]
    other = finding(number=77, client="192.0.2.9")
    repeated_request = view(9, client=mine.client, file=mine.file)
    frames = (first, second, frame(repeated_request, findings=[other]))
    async with shown(*frames, size=SMALL) as screen:
        await screen.press("home", "w")
        shown_words = " ".join(screen.text().replace("│", " ").split())
        assert "a finding for the same client and file" in shown_words


async def test_where_nothing_is_sure_it_does_not_say_that_nothing_is_wrong() -> None:
    async with shown(frame(view(1, timeouts=2, heard=False))) as screen:
        await screen.press("w")
        assert "no finding yet" in screen.text()


@pytest.mark.parametrize(
    ("phase", "ago", "words"),
    [
        ("negotiating", 0, "2070, has not replied yet; wait a few seconds"),
        ("abandoned", 5, "2070, has not replied yet; wait a few seconds"),
        ("abandoned", 60, "no finding"),
        ("completed", 5, "no finding"),
    ],
)
async def test_who_has_just_asked_in_vain_is_being_looked_at(
    phase: TransferPhase, ago: float, words: str
) -> None:
    ended = None if phase == "negotiating" else NOW - ago
    heard = phase == "completed"
    rom = view(1, phase, client_tid=2_070, heard=heard, ended=ended, acked_blocks=0)
    async with shown(frame(rom)) as screen:
        await screen.press("w")
        assert words in " ".join(screen.text().split())


async def test_of_an_upload_it_asks_why_that_can_t_be_put() -> None:
    case = founding_case(code="upload-refused", clients=["10.0.4.37"], files=["a.log"])
    async with shown(*case, size=LARGE) as screen:
        await screen.press("w")
        assert "Why can't 10.0.4.37 put pxelinux.0?" in screen.text()


async def test_several_files_of_one_client_are_counted() -> None:
    case = founding_case(clients=["10.0.4.37"], files=["pxelinux.0", "a", "b"])
    async with shown(*case, size=LARGE) as screen:
        await screen.press("w")
        why = "Why does 10.0.4.37 not get pxelinux.0 and 2 more?"
        assert why in screen.text()


@pytest.mark.parametrize(
    ("files", "what"),
    [(["pxelinux.0"], "pxelinux.0"), (["pxelinux.0", "grub.cfg"], "their files")],
)
async def test_one_cause_of_many_clients_is_asked_of_all_of_them(
    files: list[str], what: str
) -> None:
    clients = ["10.0.4.37", "10.0.4.38", "10.0.4.39"]
    case = founding_case(clients=clients, files=files)
    async with shown(*case, size=LARGE) as screen:
        await screen.press("w")
        why = f"Why do 10.0.4.37 and 2 other clients not get {what}?"
        assert why in screen.text()


async def test_what_is_drawn_is_of_the_client_that_is_named() -> None:
    other = view(9, "stalled", client="10.0.4.38", client_tid=3_333)
    case = founding_case(transfers=[2, 3, 4, 9], clients=["10.0.4.37", "10.0.4.38"])
    async with shown(*case, frame(other), size=LARGE) as screen:
        await screen.press("w")
        assert "2072 → 69" in screen.text()
        assert "3333 → 69" not in screen.text()
