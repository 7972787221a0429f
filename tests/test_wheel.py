"""The installed program works from anywhere: the wheel, and an editable install."""

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

import tftptui

CHECKOUT = Path(tftptui.__file__).parent.parent
LIBRARIES = sysconfig.get_path("purelib")
WHERE = (
    "import tftptui\n"
    "from tftptui.resources import packaged_folder\n"
    "print(tftptui.__file__)\n"
    "print(packaged_folder('themes'))\n"
    "print(packaged_folder('sample_root'))\n"
    "print(packaged_folder('recipes'))\n"
)


def _run(*command: str | Path, cwd: Path) -> str:
    environment = {
        name: value for name, value in os.environ.items() if name != "PYTHONPATH"
    }
    done = subprocess.run(
        [str(word) for word in command],
        check=False,
        capture_output=True,
        text=True,
        cwd=cwd,
        env=environment,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _new_venv(folder: Path) -> Path:
    """Create a venv that sees the libraries of this one; return its bin folder.

    A path in a .pth file is searched, but its own .pth files are not read, so the
    tftptui of this environment stays out.
    """
    venv.create(folder)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    site = folder / "lib" / version / "site-packages"
    (site / "libraries.pth").write_text(LIBRARIES + "\n")
    return folder / "bin"


def _install(binaries: Path, *what: str | Path) -> None:
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
    command = (*pip, "--python", binaries / "python", "install", "--no-deps", *what)
    _run(*command, cwd=binaries)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel, built from the source distribution as for a release."""
    folder = tmp_path_factory.mktemp("dist")
    build = (sys.executable, "-m", "build", "--no-isolation")
    _run(*build, "--outdir", folder, CHECKOUT, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the bin folder of a venv with the wheel in it."""
    binaries = _new_venv(tmp_path_factory.mktemp("venv"))
    _install(binaries, "--no-index", wheel)
    return binaries


def test_command_of_the_wheel_tells_its_version(
    installed: Path, tmp_path: Path
) -> None:
    said = _run(installed / "tftptui", "--version", cwd=tmp_path)
    assert tftptui.__version__ in said


def test_command_of_the_wheel_tells_how_to_use_it(
    installed: Path, tmp_path: Path
) -> None:
    said = _run(installed / "tftptui", "--help", cwd=tmp_path)
    assert "serve" in said


def test_wheel_brings_its_folders(installed: Path, tmp_path: Path) -> None:
    paths = _run(installed / "python", "-c", WHERE, cwd=tmp_path).splitlines()
    environment = str(installed.parent)
    assert [path for path in paths if not path.startswith(environment)] == []


@pytest.mark.parametrize("folder", ["themes", "sample_root", "recipes", "scenarios"])
def test_wheel_brings_every_file(folder: str, installed: Path, tmp_path: Path) -> None:
    script = f"from tftptui.resources import *; print(packaged_folder({folder!r}))"
    found = Path(_run(installed / "python", "-c", script, cwd=tmp_path).strip())
    assert _contents(found) == _contents(CHECKOUT / folder)


def test_editable_install_serves_the_checkout(tmp_path: Path) -> None:
    binaries = _new_venv(tmp_path / "venv")
    _install(binaries, "--no-index", "--no-build-isolation", "--editable", CHECKOUT)
    paths = _run(binaries / "python", "-c", WHERE, cwd=tmp_path).splitlines()
    assert paths == [
        str(CHECKOUT / "tftptui" / "__init__.py"),
        str(CHECKOUT / "themes"),
        str(CHECKOUT / "sample_root"),
        str(CHECKOUT / "recipes"),
    ]


def _contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
