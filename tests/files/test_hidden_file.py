"""Hidden files that are renamed into place when complete."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tftptui.files.hidden_file import PREFIX, create_hidden, take_place


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[int]:
    descriptor = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)
    yield descriptor
    os.close(descriptor)


def test_it_is_hidden_until_it_takes_its_place(folder: int, tmp_path: Path) -> None:
    (tmp_path / "image").write_bytes(b"old")
    hidden, descriptor = create_hidden(folder, b"image", 0o644)
    assert hidden.startswith(PREFIX)
    os.write(descriptor, b"new")
    os.close(descriptor)
    assert (tmp_path / "image").read_bytes() == b"old"
    take_place(folder, hidden, b"image")
    assert os.listdir(folder) == ["image"]
    assert (tmp_path / "image").read_bytes() == b"new"


def test_the_longest_names_that_there_are_have_room(folder: int) -> None:
    hidden, descriptor = create_hidden(folder, b"n" * 255, 0o644)
    os.close(descriptor)
    assert len(hidden) <= 255


def test_two_of_one_name_are_two_files(folder: int) -> None:
    made = [create_hidden(folder, b"image", 0o644) for _ in range(2)]
    for _, descriptor in made:
        os.close(descriptor)
    assert len({name for name, _ in made}) == 2
