"""The sample root is exactly what its script creates, and small."""

from pathlib import Path

import pytest

from tftptui.resources import packaged_folder
from tools.make_sample_firmware import FOLDER, IMAGES, image

SAMPLE_ROOT = FOLDER.parent


@pytest.mark.parametrize("name", IMAGES)
def test_image_is_what_the_script_makes(name: str) -> None:
    # pytest would take minutes to explain a failed comparison of such bytes.
    is_same = (FOLDER / name).read_bytes() == image(name, IMAGES[name])
    assert is_same, "run python tools/make_sample_firmware.py"


def test_no_image_is_left_over() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(IMAGES)


def test_one_image_ends_with_an_empty_block() -> None:
    multiples = [name for name, nbytes in IMAGES.items() if nbytes % 512 == 0]
    assert multiples == ["bootrom.bin"]


def test_sample_root_is_small() -> None:
    files = [path for path in SAMPLE_ROOT.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 1_500_000


def test_readme_names_every_file() -> None:
    text = (SAMPLE_ROOT / "README.txt").read_text()
    names = [
        str(path.relative_to(SAMPLE_ROOT))
        for path in SAMPLE_ROOT.rglob("*")
        if path.is_file() and path.name != "README.txt"
    ]
    assert [name for name in names if name not in text] == []


def test_checkout_serves_its_own_sample_root() -> None:
    assert packaged_folder("sample_root") == Path(SAMPLE_ROOT)


def test_missing_folder_says_to_reinstall() -> None:
    with pytest.raises(FileNotFoundError, match="reinstall"):
        packaged_folder("no such folder")
