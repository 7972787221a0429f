"""MkDocs hooks: pages that are not files in docs/, and links that leave docs/.

The first page is README.md, and CONTRIBUTING.md is one. The page of the configuration
file is generated, by ``tftptui config --write``. Links to other files of the repository
lead to where it is hosted.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

PAGES = {"index.md": "README.md", "contributing.md": "CONTRIBUTING.md"}
CONFIGURATION = """# Configuration file

`tftptui config --write` prints this: every setting with its meaning and default. It is
read from `~/.config/tftptui/tftptui.toml`, or from `--config FILE`. The command line
overrides it. What the settings do together: [Running the server](running.md).
"""
_LINK = re.compile(r"(?<=\]\()(?![a-z]+:|#)([^)\s]+)(?=\))")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are not files in docs/."""
    checkout = Path(config.config_file_path).parent
    for page, source in PAGES.items():
        text = (checkout / source).read_text("utf-8")
        content = _LINK.sub(lambda found: _from_docs(found[0]), text)
        files.append(File.generated(config, page, content=content))
    content = f"{CONFIGURATION}\n```toml\n{_settings()}```\n"
    files.append(File.generated(config, "configuration.md", content=content))
    return files


def on_page_markdown(markdown: str, config: MkDocsConfig, **_: object) -> str:
    """Have links that leave docs/ lead to the repository."""
    blob = f"{config.repo_url.rstrip('/')}/blob/main/"
    return _LINK.sub(
        lambda found: re.sub(r"^\.\./", blob, found[0], count=1),
        markdown,
    )


def _settings() -> str:
    command = (sys.executable, "-m", "tftptui", "config", "--write")
    nobody = {"HOME": "/nonexistent", "PATH": os.environ["PATH"]}
    done = subprocess.run(command, check=True, capture_output=True, env=nobody)
    return done.stdout.decode().replace("/nonexistent", "~")


def _from_docs(link: str) -> str:
    return link.removeprefix("docs/") if link.startswith("docs/") else f"../{link}"
