"""The whole stage: pictures of one moment, small and large."""

from collections.abc import Callable

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from tftptui.demo.view import DemoView, LaneView, PacketView, PlayView, RuleView
from tftptui.resources import packaged_folder
from tftptui.ui.stage.view import StageView
from tftptui.ui.themes import SLOT_DEFAULTS, read_themes

Compare = Callable[..., bool]


def packet(label: str, place: float, fate: str = "flying") -> PacketView:
    return PacketView(
        number=1,
        label=label,
        to_server=label == "RRQ",
        place=place,
        fate=fate,  # type: ignore[arg-type]
    )


def lane(port: int, server_port: int, *packets: PacketView) -> LaneView:
    return LaneView(
        name="rom",
        title="Intel boot ROM",
        address="127.0.4.37",
        client_port=port,
        server_port=server_port,
        status="waiting",
        share=None,
        packets=list(packets),
    )


VIEW = DemoView(
    title="The boot ROM is blocked, atftp is fine",
    about="The same server, the same file. What differs is the client's port.",
    caption="Now the boot ROM. It asks from 2070, 2071, 2072, 2073. Every request "
    "arrives, and every answer dies at the wall: the rule wants client ports from "
    "40000 on.",
    step=2,
    steps=7,
    state="running",
    seconds=7.0,
    speed=2.0,
    is_paused=False,
    lanes=[
        lane(2_071, 69),
        lane(2_071, 40_015, packet("OACK", 0.5, "dropped")),
        lane(2_072, 69, packet("RRQ", 0.3)),
        lane(2_072, 40_063, packet("OACK", 0.8)),
    ],
    rules=[
        RuleView(text="accept client -> server:69", action="accept", hits=4),
        RuleView(text="accept server -> client:40000-65535", action="accept", hits=20),
        RuleView(text="default: drop", action="drop", hits=6),
    ],
    line=["150 ms"],
    last_stop="default: drop",
    play=PlayView(helper=True),
)


class Host(App[None]):
    """A stage, and nothing else."""

    CSS = "StageView { height: 100%; } * { link-style: none; }"

    def __init__(self, theme: str, *, is_big: bool = False) -> None:
        super().__init__()
        self.is_big = is_big
        themes, _ = read_themes(packaged_folder("themes"))
        for one in themes:
            self.register_theme(one)
        self.theme = theme

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(SLOT_DEFAULTS)

    def compose(self) -> ComposeResult:
        stage = StageView()
        stage.is_big = self.is_big
        yield stage


async def show(pilot: Pilot[None]) -> None:
    pilot.app.query_one(StageView).show(VIEW)
    await pilot.pause()


@pytest.mark.parametrize("size", [(80, 11), (140, 15)], ids=["small", "large"])
def test_answers_die_at_the_wall(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(Host("tftptui-dark"), terminal_size=size, run_before=show)


def test_it_is_clear_on_a_projector(snap_compare: Compare) -> None:
    assert snap_compare(Host("contrast"), terminal_size=(80, 11), run_before=show)


def test_it_is_clear_from_the_back_rows(snap_compare: Compare) -> None:
    host = Host("projector", is_big=True)
    assert snap_compare(host, terminal_size=(80, 21), run_before=show)


@pytest.mark.parametrize("width", [40, 60])
async def test_where_no_packet_can_be_seen_it_asks_for_room(width: int) -> None:
    app = Host("tftptui-dark")
    async with app.run_test(size=(width, 11)) as pilot:
        await show(pilot)
        lines = app.query_one(StageView)._lines
        asks = any("needs more columns" in line.plain for line in lines)
        assert asks == (width == 40)


async def test_only_lines_that_changed_are_drawn_again() -> None:
    app = Host("tftptui-dark")
    async with app.run_test(size=(80, 11)) as pilot:
        await show(pilot)
        stage = app.query_one(StageView)
        before = stage.drawings
        stage.show(VIEW)
        assert stage.drawings == before
        moved = [*VIEW.lanes[:3], lane(2_072, 40_063, packet("OACK", 0.7))]
        changes = {name: getattr(VIEW, name) for name in VIEW.__struct_fields__}
        stage.show(DemoView(**(changes | {"lanes": moved})))
        assert stage.drawings == before + 1
