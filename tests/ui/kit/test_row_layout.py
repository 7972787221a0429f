"""New rows cause no layout, but can be scrolled to."""

from tests.support.pane_host import acknowledgements, packets
from tests.support.pictures import frame, view
from tests.support.screens import LARGE, SMALL, shown

MANY = 500


async def test_packets_that_come_lay_nothing_out() -> None:
    first = packets(*acknowledgements(range(MANY)))
    async with shown(frame(view(1)), first, size=LARGE) as screen:
        rows = screen.main.panes[3].query_one("PacketList")
        bar = rows.vertical_scrollbar
        before = rows._layout_updates
        await screen.tell(packets(*acknowledgements(range(MANY)), first=MANY))
        assert rows._layout_updates == before
        assert rows.virtual_size.height == 2 * MANY
        assert bar.window_virtual_size == 2 * MANY
        assert rows.scroll_offset.y == 2 * MANY - rows.size.height


async def test_transfers_that_come_and_go_can_be_scrolled_over() -> None:
    views = [view(number) for number in range(1, 60)]
    async with shown(frame(*views), size=SMALL) as screen:
        listed = screen.main.panes[0].query_one("TransferList")
        await screen.tell(frame(*(view(number) for number in range(60, 90))))
        await screen.press("G")
        assert listed.scroll_offset.y == listed.virtual_size.height - listed.size.height
        assert listed.vertical_scrollbar.window_virtual_size == 90
        screen.app.store.forget()
        await screen.tell(frame(view(1, file="alone")))
        assert listed.scroll_offset.y == 0
        assert "alone" in screen.text()
