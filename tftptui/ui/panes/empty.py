"""The text of an empty Transfers pane: the command that makes a row appear."""

import re

from rich.text import Text

from tftptui.engine.messages import Listing, PortMap, Status
from tftptui.findings.codes import Code
from tftptui.telemetry.findings import labelled
from tftptui.telemetry.words import url
from tftptui.ui.formats import span
from tftptui.ui.store import Store

ROOT = b""
_ANYWHERE = {"0.0.0.0", "[::]", "::", ""}  # noqa: S104 - what a listener says, not ours
_PLAIN = re.compile(rb"[A-Za-z0-9._-]+\Z")


def invitation(store: Store) -> Text:
    """Return what the pane will show, and what to type in another terminal."""
    status = store.status
    if store.engine_error:
        return Text("The server is down: see the line at the top.")
    if status is None:
        return Text("Starting the server …")
    if status.source == "capture":
        return _of_capture(store, status)
    if status.source == "demo":
        return _of_demo(store)
    return _closed(store) or _of_server(store, status)


def _closed(store: Store) -> Text | None:
    """Return a notice that no request can arrive, or None if that is not known."""
    finding = store.latest_finding()
    if finding is None or finding.code != Code.REQUESTS_NOT_ARRIVING:
        return None
    text = Text(labelled(finding.headline, finding.confidence), "bold")
    return Text.assemble(text, "\n\nPress w for the rule and the fix.")


def _of_server(store: Store, status: Status) -> Text:
    name = example_file(store.listings.get(ROOT))
    if name is None:
        return Text(f"Nothing to serve yet: put a file into {status.root}.")
    if store.refusals:
        return _refused(store, command(status, name))
    lines = Text.assemble(
        "No transfer yet. To see one, type in another terminal:\n\n  ",
        (command(status, name), "bold"),
        "\n\n",
    )
    if ports := store.ports:
        lines.append(
            f"The request goes to port {status.port}; "
            f"the reply comes from {_one_of(ports)}."
        )
    if text := _before_requests(store):
        return lines.append(f"\n\n{text}", "bold")
    lines.append(
        "\n\nA client times out and nothing shows here? Its request does not arrive.\n"
        "Press D to check this host, B for what it sends before TFTP. On its side:"
        f"\n\n  {_probe(status, name)}"
    )
    return lines


def _before_requests(store: Store) -> str:
    """Return a notice of machines that boot but request nothing here, or ""."""
    known = store.wire.devices if store.wire is not None else []
    silent = [one for one in known if one.begun and not one.requested]
    if not silent:
        return ""
    is_one = len(silent) == 1
    who = f"{silent[-1].mac} has" if is_one else f"{len(silent)} machines have"
    return f"{who} asked DHCP and requested no file here. Press B to see why."


def _refused(store: Store, example: str) -> Text:
    """Return how many requests were refused, the last of them, and where to look."""
    many, last = len(store.refusals), store.refusals[-1]
    came = "1 came and was" if many == 1 else f"{many:,} came and were"
    return Text.assemble(
        (f"No transfer yet: {came} refused.", "bold"),
        f"\n\nLast: {last.file} for {last.client}: {last.message}\n\n"
        "Press 4 for the packets, 2 for requested names and similar files, P for what "
        "is allowed.\nA request that works:\n\n  ",
        (example, "bold"),
    )


def _of_demo(store: Store) -> Text:
    if store.refusals:
        last = store.refusals[-1]
        return Text(
            "No transfer yet. The last request was refused:\n\n"
            f"  {last.file} for {last.client}: {last.message}"
        )
    return Text(
        "No transfer yet: the clients of the demo are still off.\n\n"
        "Press . (or page down on the stage) to start the first step."
    )


def _of_capture(store: Store, status: Status) -> Text:
    if (status.progress or 0) < 1:
        return Text("Reading the capture …")
    lines = Text(f"No transfer in {status.root}.")
    if store.refusals:
        lines.append(f" {len(store.refusals)} requests were refused.")
    return lines.append(
        "\n\nCapture the replies too: they do not use port 69. Filter with:\n\n"
        "  host CLIENT and (udp or icmp or icmp6)"
    )


def _one_of(ports: PortMap) -> str:
    if ports.single_port:
        return "that same port"
    one_of = "one of " if ports.last > ports.first else "port "
    return one_of + span(ports.first, ports.last)


def example_file(listing: Listing | None) -> bytes | None:
    """Return a small file of the root, preferably one with a plain name.

    None if the root is empty.
    """
    if listing is None:
        return b"FILE"
    files = [entry for entry in listing.entries if entry.kind == "file"]
    files.sort(key=lambda one: (not one.size, one.size))  # an empty file shows little
    names = [entry.name for entry in files]
    plain = [name for name in names if _PLAIN.match(name)]
    readme = [name for name in plain if name.lower().startswith(b"readme")]
    best = readme or plain or names
    if best:
        return best[0]
    return b"FILE" if listing.entries else None


def _probe(status: Status, name: bytes) -> str:
    """Return the command to type on a client's host, to see which packets arrive."""
    listened = [one.rpartition(":")[0].strip("[]") for one in status.listeners]
    own = [one for one in listened if one not in ("0.0.0.0", "::")]  # noqa: S104
    host = next(iter(own or status.addresses), "THIS-HOST")
    return f"tftptui probe {url(host, status.port, name)}"


def command(status: Status, name: bytes) -> str:
    """Return a curl command line that fetches NAME from this machine."""
    host = status.listeners[0].rpartition(":")[0] if status.listeners else ""
    if any(one.rpartition(":")[0] in _ANYWHERE for one in status.listeners):
        host = "127.0.0.1"
    return f"curl -o /dev/null {url(host.strip('[]'), status.port, name)}"
