"""Files that ship with the program: ``sample_root``, ``themes`` and ``recipes``."""

from importlib.resources import files
from pathlib import Path


def packaged_folder(name: str) -> Path:
    """Return the shipped folder NAME, from the wheel or from a checkout.

    In a wheel the folder lies inside the package; in a checkout (and so in an
    editable install) it lies beside it.

    Raises:
        FileNotFoundError: neither place has it; the installation is broken.
    """
    package = Path(str(files("tftptui")))
    for folder in (package / name, package.parent / name):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(
        f"the packaged folder {name!r} is missing: reinstall tftptui"
    )
