import pytest

from tests.support.pane_host import hosted
from tests.support.pictures import NOW, frame, ports, readme, status, view
from tests.support.screens import LARGE, SMALL, Shown, shown
from tftptui.engine.messages import AbortTransfer, Entry, Listing, Refusal
from tftptui.telemetry.probe_trials import SELF_TEST
from tftptui.ui.panes.empty import command, example_file, invitation
from tftptui.ui.panes.transfers.list import TransferList
from tftptui.ui.panes.transfers.pane import TransfersPane
from tftptui.ui.store import Store


def rows(screen: Shown) -> TransferList:
    return screen.app.screen_stack[0].query_one(TransferList)


async def test_self_tests_are_below_all_transfers_of_clients() -> None:
    own = [view(4, "completed", kind=SELF_TEST), view(5, kind=SELF_TEST)]
    async with shown(frame(view(1, "completed"), view(2), *own)) as screen:
        listed = rows(screen)
        assert [listed.row_key(row) for row in range(4)] == [2, 1, 5, 4]


async def test_running_ones_come_first_the_newest_on_top() -> None:
    views = [view(1, "completed"), view(2), view(3, "failed"), view(4)]
    async with shown(frame(*views)) as screen:
        listed = rows(screen)
        assert [listed.row_key(row) for row in range(4)] == [4, 2, 1, 3]


async def test_the_cursor_sticks_to_its_transfer() -> None:
    async with shown(frame(view(1), view(2))) as screen:
        await screen.press("j")
        assert rows(screen).current_key == 1
        await screen.tell(frame(view(3), view(4)))
        assert rows(screen).current_key == 1
        assert rows(screen).cursor_index == 3
        await screen.tell(frame(view(1, "completed")))
        assert rows(screen).current_key == 1


async def test_an_unmoved_cursor_stays_on_top() -> None:
    async with shown(frame(view(1))) as screen:
        await screen.tell(frame(view(2)))
        assert rows(screen).current_key == 2


async def test_a_row_in_view_stays_in_view_when_others_come() -> None:
    views = [view(number) for number in range(1, 60)]
    async with shown(frame(*views), size=SMALL) as screen:
        await screen.press("G", "k", "k")
        before = rows(screen).cursor_index
        top = rows(screen).scroll_offset.y
        assert before is not None
        await screen.tell(frame(view(60), view(61)))
        assert rows(screen).cursor_index == before + 2
        assert rows(screen).scroll_offset.y == top + 2


async def test_a_row_is_drawn_while_its_transfer_is_forgotten_already() -> None:
    async with shown(frame(view(1, "completed", file="ancient"))) as screen:
        del screen.app.store.transfers[1]  # as in a busy second between two updates
        drawn = rows(screen).draw_row(0, 100)
        assert "ancient" in "".join(segment.text for segment in drawn)
        await screen.tell(frame(view(2, file="new")))
        assert "ancient" not in screen.text()


async def test_keys_move_and_stop_at_the_ends() -> None:
    views = [view(number) for number in range(1, 101)]
    async with shown(frame(*views), size=SMALL) as screen:
        seen = []
        for key in ("k", "j", "pagedown", "pageup", "G", "j", "home"):
            await screen.press(key)
            seen.append(rows(screen).cursor_index)
    page = seen[2]
    assert page is not None
    assert page > 10
    assert seen == [0, 1, page, 1, 99, 99, 0]


async def test_a_click_chooses_and_a_second_one_opens() -> None:
    async with shown(frame(view(1, file="one"), view(2, file="two"))) as screen:
        await screen.pilot.click(TransferList, offset=(5, 2))
        assert rows(screen).current_key == 1
        await screen.pilot.click(TransferList, offset=(5, 2))
        await screen.pilot.pause()
        assert "51,200 acknowledged" in screen.text()


async def drawn(screen: Shown) -> dict[int, object]:
    """Return the stamp of each line of the list, once all are drawn."""
    listed = rows(screen)
    lines = range(listed.size.height)
    while any(listed._drawn.get(y) != listed._line_key(y) for y in lines):
        await screen.pilot.pause()
    return dict(listed._drawn)


async def test_only_a_changed_line_is_drawn_again() -> None:
    views = [view(number) for number in range(1, 8)]
    async with shown(frame(*views)) as screen:
        before = await drawn(screen)
        changed = view(3, acked_bytes=90_000, acked_blocks=176)
        await screen.tell(frame(changed))
        after = await drawn(screen)
    different = [y for y in after if after[y] != before.get(y)]
    assert different == [5]


async def test_abort_asks_names_and_does() -> None:
    async with shown(frame(view(1, file="fit.itb"))) as screen:
        await screen.press("X")
        assert "abort fit.itb to 10.0.4.21: y abort" in screen.text()
        await screen.press("escape")
        assert screen.wishes == []
        await screen.press("X", "y")
        await screen.pilot.pause()
        assert screen.wishes == [AbortTransfer(1)]


async def test_what_has_ended_cannot_be_aborted() -> None:
    async with shown(frame(view(1, "failed"))) as screen:
        await screen.press("X")
        assert screen.on_top == "main"


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_the_detail_says_who_chose_which_port(size: tuple[int, int]) -> None:
    one = view(1, asked=[("blksize", "1468")], agreed=[("blksize", "1428")])
    async with shown(frame(one), size=size) as screen:
        words = " ".join(screen.text().split())
    assert "Port 50001 is the client's own choice, or a NAT's; 40001 is ours" in words
    assert "blksize 1468 → 1428" in words


async def test_details_are_kept_up_to_date() -> None:
    async with shown(frame(view(1))) as screen:
        await screen.press("enter")
        assert "51,200 acknowledged" in screen.text()
        await screen.tell(frame(view(1, acked_bytes=60_000)))
        assert "60,000 acknowledged" in screen.text()


async def test_an_empty_pane_says_what_to_type() -> None:
    async with shown(frame(), size=SMALL) as screen:
        line = "curl -o /dev/null tftp://127.0.0.1:6969/README.txt"
        assert line in screen.text()
        assert "40000–40099" in screen.text()


async def test_refusals_alone_are_no_silence() -> None:
    refused = [
        Refusal(
            time=NOW,
            client="10.0.4.37",
            client_tid=2070,
            file="kernel",
            reason="not-found",
            message="no such file",
        )
    ]
    async with shown(frame(refusals=refused), size=SMALL) as screen:
        text = screen.text()
        assert "No transfer yet: 1 came and was refused." in text
        assert "kernel for 10.0.4.37: no such file" in text
        assert "A client times out" not in text


def test_a_small_file_is_the_example() -> None:
    entries = [
        Entry(name=name, text=name.decode(), kind="file", size=size)
        for name, size in ((b"big", 200_000_000), (b"empty", 0), (b"small", 900))
    ]
    assert example_file(Listing(folder=b"", entries=entries)) == b"small"


def test_the_command_names_an_address_that_is_listened_on() -> None:
    told = status(listeners=["192.0.2.7:69"], port=69)
    assert command(told, b"a b") == "curl -o /dev/null tftp://192.0.2.7/a%20b"


def test_a_plain_name_is_the_example() -> None:
    entries = [
        Entry(name=b"a'b", text="a'b", kind="file"),
        Entry(name=b"kernel", text="kernel", kind="file"),
    ]
    assert example_file(Listing(folder=b"", entries=entries)) == b"kernel"
    assert example_file(readme()) == b"README.txt"
    assert example_file(Listing(folder=b"")) is None


def test_an_empty_root_is_told() -> None:
    store = Store()
    store.fold(frame(listings=[Listing(folder=b"")]))
    assert "put a file into /srv/images" in invitation(store).plain


def test_the_last_refusal_is_told_where_nothing_was_sent() -> None:
    store = Store()
    refusal = Refusal(
        time=NOW,
        client="10.0.0.9",
        client_tid=2070,
        file="x",
        reason="not-found",
        message="there is no x",
    )
    store.fold(frame(refusals=[refusal], ports=ports()))
    assert "x for 10.0.0.9: there is no x" in invitation(store).plain


async def test_the_detail_takes_free_rows_and_gives_them_back() -> None:
    told = view(
        1,
        "completed",
        story="it asked first of all from another port, and was answered there too",
        asked=[("tsize", "0"), ("blksize", "1468"), ("windowsize", "16")],
        notes=["the window was made smaller, because half of it was lost"],
        retransmits=3,
    )
    async with shown(frame(told), size=SMALL) as screen:
        await screen.pilot.pause()
        assert "3 packets resent." in " ".join(screen.text().split())
        await screen.tell(frame(*(view(number) for number in range(2, 60))))
        await screen.press("G")
        await screen.pilot.pause()
        lists = rows(screen)
        assert lists.size.height >= 15
        assert "3 packets resent." not in " ".join(screen.text().split())


@pytest.mark.parametrize(
    ("height", "detail"), [(5, []), (6, ["two"]), (7, ["two", "Running"])]
)
async def test_where_lines_are_few_the_detail_gives_way(
    height: int, detail: list[str]
) -> None:
    store, size = Store(), (98, height)
    async with hosted(
        TransfersPane(store, now=lambda: NOW), store, size=size
    ) as screen:
        await screen.tell(frame(view(1, file="one"), view(2, file="two")))
        await screen.pilot.pause()
        words = ["two", "one", *detail]
        assert len(screen.rows) == 1 + len(words)
        assert all(map(str.__contains__, screen.rows[1:], words)), screen.rows


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
async def test_in_a_capture_the_port_is_the_servers_not_ours(
    size: tuple[int, int],
) -> None:
    seen = frame(view(1, "completed"), status=status(source="capture"), ports=None)
    async with shown(frame(view(1, "completed")), size=size) as screen:
        assert "ours" in rows(screen).draw_header(size[0])
        await screen.tell(seen)
        header = rows(screen).draw_header(size[0] - 4)
        row = "".join(s.text for s in rows(screen).draw_row(0, size[0] - 4))
        assert "ours" not in header
        assert "server" in header
        assert header.index("⇄") == row.index("⇄")
        assert header.index("file") == row.index("pxelinux.0")


async def test_the_kind_of_client_stands_whole_in_its_column() -> None:
    kinds = {"tftp-hpa or atftp": "tftp-hpa/atftp", "UEFI PXE (edk2)": "UEFI PXE"}
    views = [view(n, kind=kind) for n, kind in enumerate(kinds, 1)]
    async with shown(frame(*views)) as screen:
        for short in kinds.values():
            assert f" {short}  " in screen.text()
