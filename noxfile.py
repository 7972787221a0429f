"""Everything that needs more than one environment; each session is one command.

    uvx nox                      the suite on Python 3.11, 3.12 and 3.13, and on the
                                 lowest versions of what it depends on
    uvx nox -s tests-3.12 -- tests/protocol -n 0
    uvx nox -s dist              sdist, wheel and bill of materials, checked, in dist/
    uvx nox -s pyz               the single file, dist/tftptui.pyz
    uvx nox -s site              the documents with search, in dist/site/

What follows ``--`` goes to pytest.
"""

import shutil
from pathlib import Path

import nox

nox.needs_version = ">=2024.10.9"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.sessions = ["tests", "lowest"]

PYTHONS = ["3.11", "3.12", "3.13"]
DIST = Path("dist")
WHOLE_SUITE = ("-n", "2", "--dist", "loadgroup")


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run the suite on one version of Python."""
    session.install("pip", "-e", ".[test]")  # pip: tests/test_wheel.py runs it
    session.run("pytest", *(session.posargs or WHOLE_SUITE))


@nox.session(python=PYTHONS[0], venv_backend="uv")
def lowest(session: nox.Session) -> None:
    """Run the suite on the lowest versions that pyproject.toml allows."""
    session.install("--resolution", "lowest-direct", "-e", ".[test]")
    session.install("pip")
    session.run("pytest", *(session.posargs or WHOLE_SUITE))


@nox.session(python=PYTHONS[0])
def dist(session: nox.Session) -> None:
    """Build what is published, and check it as an index would."""
    session.install("build", "check-wheel-contents", "twine")
    shutil.rmtree(DIST, ignore_errors=True)
    session.run("python", "-m", "build", "--outdir", str(DIST))
    (wheel,), (sdist,) = DIST.glob("*.whl"), DIST.glob("*.tar.gz")
    session.run("twine", "check", "--strict", str(wheel), str(sdist))
    session.run("check-wheel-contents", str(wheel))
    session.notify("sbom")


@nox.session(python=PYTHONS[0])
def sbom(session: nox.Session) -> None:
    """Write the bill of materials of the wheel in dist/, by CycloneDX."""
    (wheel,) = DIST.glob("*.whl")
    session.install(str(wheel))
    environment = session.virtualenv.location
    # The tool has an environment of its own: this one is the bill.
    tool = Path(session.create_tmp()) / "cyclonedx"
    session.run("python", "-m", "venv", str(tool), silent=True)
    pip = (str(tool / "bin" / "pip"), "install", "--quiet", "cyclonedx-bom")
    session.run(*pip, external=True)
    session.run(
        *(str(tool / "bin" / "cyclonedx-py"), "environment", environment),
        *("--pyproject", "pyproject.toml", "--output-reproducible"),
        *("--of", "JSON", "-o", str(DIST / "tftptui.cdx.json")),
        external=True,
    )


@nox.session(python=PYTHONS[0])
def pyz(session: nox.Session) -> None:
    """Build dist/tftptui.pyz, the single file, and start it."""
    session.install("pip", "shiv")
    output = DIST / "tftptui.pyz"
    session.run("python", "tools/make_pyz.py", "-o", str(output))
    session.run("python", str(output), "--version", "--verbose")


@nox.session(python=PYTHONS[0])
def site(session: nox.Session) -> None:
    """Build the documents as a site; a broken link or a forgotten page is an error."""
    session.install("mkdocs-material>=9.6", "-e", ".")
    session.run("mkdocs", "build", "--strict", env={"NO_MKDOCS_2_WARNING": "1"})
