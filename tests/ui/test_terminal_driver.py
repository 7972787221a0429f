"""A terminal that may disappear."""

import os

import pytest

from tftptui.ui.terminal import LastingFile, escape_delay


def test_writing_to_nobody_fails_nobody() -> None:
    ours, theirs = os.pipe()
    os.close(ours)
    with open(theirs, "w", encoding="utf-8") as file:  # noqa: PTH123 - a descriptor
        lasting = LastingFile(file)
        assert lasting.write("text") == 4
        lasting.flush()
        assert (lasting.fileno(), lasting.isatty()) == (theirs, False)
        os.dup2(os.open(os.devnull, os.O_WRONLY), theirs)  # so that closing can flush


def test_writing_to_somebody_arrives() -> None:
    ours, theirs = os.pipe()
    with open(theirs, "w", encoding="utf-8") as file:  # noqa: PTH123 - a descriptor
        lasting = LastingFile(file)
        lasting.write("text")
        lasting.flush()
        assert os.read(ours, 10) == b"text"
    os.close(ours)


def test_writing_to_a_closed_file_fails_nobody() -> None:
    ours, theirs = os.pipe()
    os.close(ours)
    file = open(theirs, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - likewise
    file.close()
    assert LastingFile(file).write("text") == 4


@pytest.mark.parametrize(
    ("environment", "seconds"),
    [
        ({}, 0.025),
        ({"SSH_CONNECTION": "x"}, 0.1),
        ({"SSH_CONNECTION": "x", "TMUX": "y"}, 0.025),
        ({"ESCDELAY": "60", "SSH_CONNECTION": "x"}, 0.06),
        ({"ESCDELAY": "soon"}, 0.025),
    ],
)
def test_an_escape_byte_is_waited_for_as_long_as_the_rest_may_take(
    environment: dict[str, str], seconds: float
) -> None:
    assert escape_delay(environment) == seconds
