"""Build tftptui.pyz: one file for Python 3.11, 3.12 and 3.13 that needs nothing else.

    python tools/make_pyz.py [WHEEL] [-o dist/tftptui.pyz] [--this-python]

Needs pip and shiv (``nox -s pyz`` has both). Compiled libraries of each Python lie side
by side: their names differ. Without WHEEL the checkout is built. The file is for the
platform that this runs on; with ``--this-python`` also for this version of Python only,
which takes a third of the time.
"""

import argparse
import compileall
import py_compile
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

CHECKOUT = Path(__file__).parent.parent
BEGINNING = CHECKOUT / "packaging" / "pyz_main.py"
PYTHONS = ("3.11", "3.12", "3.13")
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")


def unpack(wheel: str, folder: Path, versions: tuple[str, ...]) -> None:
    """Put WHEEL and what it depends on into FOLDER, for each Python of VERSIONS."""
    for version in reversed(versions):
        place = folder.parent / version
        command = [*PIP, "install", "--target", str(place), "--no-compile"]
        command += ["--python-version", version, "--only-binary", ":all:", wheel]
        subprocess.run(command, check=True)
        shutil.copytree(place, folder, dirs_exist_ok=True)


def compile_all(site: Path) -> None:
    """Compile for the Python that runs this: it halves the first start.

    By hash and unchecked, because times change when the file is unpacked. What is
    seldom imported is left out: unpacking it takes time as well.
    """
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    seldom = re.compile(r"pygments/(lexers|styles|formatters)/|/(anyio|rich_rst)/")
    compileall.compile_dir(site, quiet=2, workers=0, invalidation_mode=mode, rx=seldom)


def finish(made: Path, site: Path, output: Path) -> None:
    """Write what shiv has MADE with a beginning of our own and the compiled files.

    shiv leaves those out.
    """
    with output.open("wb") as file, zipfile.ZipFile(made) as source:
        file.write(b"#!/usr/bin/env python3\n")
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for entry in source.infolist():
                content = source.read(entry)
                if entry.filename == "__main__.py":
                    content = BEGINNING.read_bytes() + b"\n" + content
                archive.writestr(entry, content)
            for path in sorted(site.rglob("*.pyc")):
                archive.write(path, Path("site-packages") / path.relative_to(site))
    output.chmod(0o755)


def main() -> int:
    """Build it; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheel", nargs="?")
    parser.add_argument("-o", "--output", type=Path, default=Path("dist/tftptui.pyz"))
    parser.add_argument("--this-python", action="store_true")
    asked = parser.parse_args()
    this = "{}.{}".format(*sys.version_info)
    asked.output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        wheel = asked.wheel
        if wheel is None:
            build = [*PIP, "wheel", "--no-deps", "--wheel-dir", folder, str(CHECKOUT)]
            subprocess.run(build, check=True)
            wheel = str(next(work.glob("*.whl")))
        site = work / "site"
        unpack(wheel, site, (this,) if asked.this_python else PYTHONS)
        shutil.rmtree(site / "bin", ignore_errors=True)
        made = work / "tftptui.pyz"
        shiv = [sys.executable, "-m", "shiv", "--site-packages", str(site)]
        shiv += ["--entry-point", "tftptui.__main__:main", "--extend-pythonpath"]
        subprocess.run([*shiv, "--output-file", str(made)], check=True)
        compile_all(site)
        finish(made, site, asked.output)
    print(f"{asked.output}: {asked.output.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
