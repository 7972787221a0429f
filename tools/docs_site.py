"""MkDocs hooks: the site's first page is README.md, and links find their way.

MkDocs knows files below docs/ only. Links to other files of the repository lead to
where it is hosted.
"""

import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

_LINK = re.compile(r"(?<=\]\()(?![a-z]+:|#)([^)\s]+)(?=\))")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Make README.md the first page."""
    readme = Path(config.config_file_path).with_name("README.md").read_text("utf-8")
    content = _LINK.sub(lambda found: _from_docs(found[0]), readme)
    files.append(File.generated(config, "index.md", content=content))
    return files


def on_page_markdown(markdown: str, config: MkDocsConfig, **_: object) -> str:
    """Have links that leave docs/ lead to the repository."""
    blob = f"{config.repo_url.rstrip('/')}/blob/main/"
    return _LINK.sub(
        lambda found: re.sub(r"^\.\./", blob, found[0], count=1),
        markdown,
    )


def _from_docs(link: str) -> str:
    return link.removeprefix("docs/") if link.startswith("docs/") else f"../{link}"
