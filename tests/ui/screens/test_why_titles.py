"""The title of a finding's page, and the text before everything else."""

import msgspec

from tests.support.pictures import NOW, frame, view
from tests.support.screens import SMALL, shown
from tests.support.why_scene import founding_case
from tftptui.engine.messages import Frame


async def test_a_finding_about_another_transfer_says_so() -> None:
    first, second = founding_case()
    async with shown(first, second, frame(view(9)), size=SMALL) as screen:
        await screen.press("home", "w")
        assert "10.0.4.29 and pxelinux.0: no finding yet" in screen.text()
        text = screen.text()
        assert "No finding for the selected transfer. Running." in text
        assert "the latest finding for other transfers" in text


async def test_what_is_over_is_asked_in_the_past() -> None:
    first, second = founding_case()
    gone = msgspec.structs.replace(second.findings[0], withdrawn="it got the file")
    async with shown(first, second) as screen:
        await screen.press("w")
        assert "Why does 10.0.4.37 not get" in screen.text()
        await screen.tell(Frame(time=NOW, findings=[gone]))
        assert "Why did 10.0.4.37 not get" in screen.text()
