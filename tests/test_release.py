"""The release's data is the same in all places."""

import importlib.util
import re
import tomllib
from pathlib import Path
from types import ModuleType

import tftptui

CHECKOUT = Path(tftptui.__file__).parent.parent
PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["project"]


def _tool() -> ModuleType:
    place = CHECKOUT / "tools" / "check_release.py"
    spec = importlib.util.spec_from_file_location("check_release", place)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_release_of_another_tag_or_from_elsewhere_is_refused() -> None:
    found = list(_tool().mistakes("v9.9", "somebody/else"))
    assert found[0] == f"the tag is v9.9, tftptui/__init__.py says {_tool().version()}"
    assert len([line for line in found if "somebody/else" in line]) == len(
        PROJECT["urls"]
    )


def test_the_version_stands_in_one_place() -> None:
    assert _tool().version() == tftptui.__version__
    assert "version" in PROJECT["dynamic"]


def test_the_suite_runs_on_each_python_that_the_classifiers_name() -> None:
    nox = (CHECKOUT / "noxfile.py").read_text("utf-8")
    named = re.search(r"^PYTHONS = \[(.*)\]$", nox, re.MULTILINE)
    assert named
    marks = [
        f'"{one.rpartition(" :: ")[2]}"'
        for one in PROJECT["classifiers"]
        if re.fullmatch(r"Programming Language :: Python :: 3\.\d+", one)
    ]
    assert named[1] == ", ".join(marks)
