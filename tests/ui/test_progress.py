"""The progress bar of get and put."""

import io

from rich.console import Console

from tftptui.ui.progress import ProgressBar


def drawn(name: str, *shown: tuple[int, int | None]) -> str:
    """Return everything that a bar has drawn on a terminal of 100 columns."""
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=100, color_system=None)
    with ProgressBar(name, console) as bar:
        for nbytes, total in shown:
            bar.show(nbytes, total)
    return screen.getvalue()


def test_name_and_amount_are_shown() -> None:
    text = drawn("boot.img", (2_000_000, 5_000_000))
    assert "boot.img" in text
    assert "2.0/5.0 MB" in text


def test_without_a_total_the_amount_alone() -> None:
    assert "2.0/? MB" in drawn("boot.img", (2_000_000, None))


def test_name_is_never_markup() -> None:
    assert "[red]boot" in drawn("[red]boot", (1, 2))


def test_nothing_is_left_behind() -> None:
    assert drawn("boot.img", (1, 2)).endswith("\x1b[1A\x1b[2K")
