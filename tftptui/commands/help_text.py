"""What ``--help`` looks like: groups of options, one line each, and examples."""

import textwrap
from typing import TYPE_CHECKING

from cyclopts import Group, Parameter

if TYPE_CHECKING:
    from cyclopts.help import HelpEntry, HelpPanel
    from rich.console import Console, ConsoleOptions

NETWORK = Group.create_ordered("Network")
FILES = Group.create_ordered("Files and uploads")
LIMITS = Group.create_ordered("Limits")
TIMING = Group.create_ordered("Timing")
LOGGING = Group.create_ordered("Capture and logging")
SCREEN = Group.create_ordered("Screen")
GENERAL = Group.create_ordered("General")

NO_LIMIT = "no limit"
JOURNAL_HELP = "Append the journal to FILE, as JSON lines"
THEME_HELP = "dark, light, contrast, projector, or one of Textual's"

EXAMPLES = {
    "": """
tftptui /srv/images                          # serve a folder
sudo tftptui /srv/images                     # on port 69, where boot ROMs ask
tftptui --write new --ports 40000-40099 .    # accept uploads of new files
tftptui doctor                               # can this host serve?""",
    "analyze": """
tftptui analyze boot.pcap                    # on the screen
tftptui analyze boot.pcap --report           # as text
ssh HOST sudo tcpdump -U -w - udp or icmp | tftptui analyze - --report""",
    "attach": """
tftptui attach                               # the only server on this host
tftptui attach /run/tftptui/69.sock --read-only""",
    "completion": """
tftptui completion install                   # for the shell you use now
tftptui completion bash > FILE               # print the script""",
    "config": """
tftptui config --write > tftptui.toml        # every setting, commented out
tftptui config tftptui.toml                  # check a file""",
    "demo": """
tftptui demo --list                          # all scenarios
tftptui demo pxe-2072                        # one of them
tftptui demo --check                         # run all of them as a test""",
    "doctor": """
tftptui doctor /srv/images
tftptui doctor --port 69 --clients 10.0.0.0/8""",
    "explain": """
tftptui explain pxelinux.0 /srv/images
tftptui explain boot.cfg /srv/images --client 10.0.1.7 --per-client ip""",
    "firewall": """
tftptui firewall --server 10.0.0.1 --clients 10.2.0.0/16 --dialect asa
tftptui firewall --journal journal.jsonl --format markdown""",
    "get": """
tftptui get 10.0.0.1 pxelinux.0
tftptui get tftp://10.0.0.1/fw.bin new.bin --local-port 2072""",
    "probe": """
tftptui probe 10.0.0.1 pxelinux.0
tftptui probe 10.0.0.1 pxelinux.0 --from-ports 2070-2075,49200""",
    "put": """
tftptui put 10.0.0.1 core.cfg backup/core.cfg""",
    "serve": """
tftptui serve /srv/images --journal /var/log/tftp.jsonl
tftptui serve /srv/images --control off""",
    "wire": """
sudo tftptui wire eth0
sudo tftptui wire --ask eth0 --root /srv/images
tftptui wire --dnsmasq proxy eth0 --root /srv/images""",
}
"""What the help of each command ends with; "" is tftptui itself."""

_WIDEST, _WIDEST_VALUE = 100, 25
_GAP = 2


def setting(
    group: Group, help_: str, value: str | None = None, default: str | None = None
) -> Parameter:
    """Return how an option of a server is listed.

    Args:
        group: the heading that it stands under.
        help_: a short phrase; with the default it fits one line of 80 columns.
        value: placeholder of its value; None takes it from the type.
        default: text for a default that is not a plain value, such as "no limit".
    """
    return Parameter(
        help=help_,
        group=group,
        metavar=value,
        negative_iterable=(),
        show_default=default,
    )


def switch(group: Group, help_: str) -> Parameter:
    """Return how an option without a value is listed, one that is off by default."""
    return Parameter(help=help_, group=group, negative=())


def epilogue(command: str) -> str:
    """Return the examples of a command, as they stand below its help."""
    return "Examples:\n" + textwrap.indent(EXAMPLES[command].strip("\n"), "  ")


_OPTIONAL = {
    "attach": "[SOCKET]",
    "completion": "[SHELL]",
    "config": "[FILE]",
    "demo": "[NAME]",
    "doctor": "[ROOT...]",
    "explain": "[ROOT...]",
    "get": "[FILE] [LOCAL]",
    "probe": "[FILE]",
    "put": "[FILE]",
    "serve": "[ROOT...]",
    "wire": "[INTERFACE]",
}
"""Arguments that may be left out, by command."""


class HelpLayout:
    """Prints what cyclopts collects: a heading, then one line an option."""

    def __call__(
        self, console: "Console", options: "ConsoleOptions", panel: "HelpPanel"
    ) -> None:
        """Print one group."""
        rows = [
            (_names(entry), _description(console, entry)) for entry in panel.entries
        ]
        if not rows:
            return
        width = min(options.max_width, _WIDEST)
        column = max(len(names) for names, _ in rows) + 2 * _GAP
        _print(console, f"[b]{panel.title}[/b]", markup=True)
        for names, text in rows:
            first = f"{'':{_GAP}}{names}".ljust(column)
            lines = textwrap.wrap(
                first + text,
                width,
                subsequent_indent=" " * column,
                break_on_hyphens=False,
            )
            _print(console, "\n".join(lines))

    def render_usage(
        self, console: "Console", options: "ConsoleOptions", usage: object
    ) -> None:
        """Print the line that says how a command is called."""
        del options
        line = _with_names(str(usage).strip())
        _print(console, line if line.startswith("Usage:") else f"Usage: {line}")

    def render_description(
        self, console: "Console", options: "ConsoleOptions", description: object
    ) -> None:
        """Print what a command does."""
        width = min(options.max_width, _WIDEST)
        for paragraph in _plain(console, description).split("\n\n"):
            _print(console, f"{textwrap.fill(paragraph, width)}\n")


def _print(console: "Console", text: str, *, markup: bool = False) -> None:
    console.print(text, highlight=False, markup=markup, emoji=False, soft_wrap=True)


def _plain(console: "Console", renderable: object) -> str:
    with console.capture() as captured:
        console.print(renderable or "", highlight=False, soft_wrap=True)
    return captured.get().strip()


def _with_names(line: str) -> str:
    """Return a usage line that names the optional arguments instead of ``[ARGS]``."""
    head, found, _ = line.partition(" [ARGS")
    command = next((word for word in head.split() if word in _OPTIONAL), "")
    return f"{head} {_OPTIONAL[command]}" if found and command else line


def _names(entry: "HelpEntry") -> str:
    """Return ``--port N``, ``--order random|sequential`` or ``ROOT``."""
    names = ", ".join((*entry.positive_names, *entry.positive_shorts))
    if entry.negative_names:
        names = names.replace("--", "--[no-]", 1)
    value = "|".join(entry.choices) if entry.choices else entry.metavar
    if _has_many_choices(entry):
        value = names.lstrip("-").upper()
    label = entry.positional_label
    return " ".join(filter(None, (label, names, None if label else value)))


def _has_many_choices(entry: "HelpEntry") -> bool:
    """Return whether the choices are listed behind the description instead."""
    return len("|".join(entry.choices or ())) > _WIDEST_VALUE


def _description(console: "Console", entry: "HelpEntry") -> str:
    text = _plain(console, entry.description).rstrip(".")
    if _has_many_choices(entry):
        text = f"{text}: {', '.join(entry.choices or ())}"
    default = {"False": None, "True": "on", "()": None}.get(
        str(entry.default), entry.default
    )
    return text if default is None else f"{text} [{default.removesuffix('.0')}]"
