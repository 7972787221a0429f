"""Keys of all panes, of the screens above them, and of the whole program."""

from tftptui.ui.keys import Action

LIST = (
    Action("list", "cursor(-1)", ("up", "k"), "Up", "One row up."),
    Action("list", "cursor(1)", ("down", "j"), "Down", "One row down."),
    Action("list", "page(-1)", ("pageup", "ctrl+u"), "Back", "One page up."),
    Action("list", "page(1)", ("pagedown", "ctrl+d"), "On", "One page down."),
    Action("list", "first", ("home",), "First", "Go to the first row."),
    Action("list", "last", ("G", "end"), "Last", "Go to the last row."),
)

TOP = (Action("top", "first", ("g",), "First", "Go to the first row."),)
"""As in vi and less; in Transfers the same key groups by client."""

MAIN = (
    Action(
        "main", "pane(1)", ("1",), "Transfers", "Go to Transfers; again: full screen."
    ),
    Action("main", "pane(2)", ("2",), "Files", "Go to Files; again: full screen."),
    Action("main", "pane(3)", ("3",), "Ports", "Go to Ports; again: full screen."),
    Action("main", "pane(4)", ("4",), "Packets", "Go to Packets; again: full screen."),
    # Before the focused widget gets the keys, so that keys typed ahead go to the new
    # focus.
    Action("main", "next_pane(1)", ("tab",), "Next", "Next pane.", priority=True),
    Action(
        "main",
        "next_pane(-1)",
        ("shift+tab",),
        "Previous",
        "Previous pane.",
        priority=True,
    ),
    Action(
        "main",
        "range",
        ("r",),
        "range",
        "Change the server's port range; running transfers keep their port.",
        shown=True,
        priority=True,
    ),
    Action(
        "main",
        "why",
        ("w",),
        "why?",
        "Why the selected transfer does not work, or the message at the top.",
        shown=True,
    ),
    Action(
        "main",
        "messages",
        ("M",),
        "messages",
        "All current messages, in full.",
    ),
    Action(
        "main",
        "firewall",
        ("f",),
        "firewall",
        "Firewall rules for the traffic seen, for many firewalls, and a ticket for the "
        "firewall team.",
    ),
    Action(
        "main",
        "wire",
        ("B",),
        "wire",
        "What machines send before TFTP: ARP and DHCP, and why no request comes here.",
    ),
    Action(
        "main",
        "zoom",
        ("z",),
        "zoom",
        "Show this pane alone, or all panes again.",
        shown=True,
    ),
    Action("main", "hide", ("x",), "hide", "Hide the pane; its digit shows it again."),
    Action(
        "main",
        "size(1)",
        ("right_parenthesis",),
        "Larger",
        "Make the pane larger; sizes and hidden panes are remembered.",
    ),
    Action(
        "main", "size(-1)", ("left_parenthesis",), "Smaller", "Make the pane smaller."
    ),
)

APP = (
    Action(
        "app",
        "restart",
        ("R",),
        "restart",
        "Restart the server after it stopped.",
        shown=True,
    ),
    Action(
        "app",
        "policy",
        ("P",),
        "policy",
        "Uploads, networks, limits, options, names: change them while the server runs.",
    ),
    Action(
        "app",
        "undo",
        ("u",),
        "undo",
        "Undo the last change of ports or policy; again: the one before.",
        shown=True,
    ),
    Action(
        "app",
        "capture",
        ("p",),
        "capture",
        "Start or stop a capture: a pcapng file in the current folder.",
    ),
    Action(
        "app",
        "doctor",
        ("D",),
        "doctor",
        "Check this host: permissions, addresses, firewall, limits, and a test fetch "
        "at each address.",
    ),
    Action("app", "help", ("question_mark", "f1"), "keys", "All keys.", shown=True),
    Action(
        "app",
        "command_palette",
        ("colon", "ctrl+p"),
        "palette",
        "All commands by name: themes, screenshot and more.",
        shown=True,
    ),
    Action(
        "app",
        "leave",
        ("q",),
        "quit",
        "Quit; asks first while transfers run.",
        shown=True,
    ),
    Action(
        "app",
        "leave_now",
        ("ctrl+q",),
        "quit now",
        "Quit without asking; clients get an ERROR.",
        priority=True,
    ),
    Action(
        "app",
        "interrupt",
        ("ctrl+c",),
        "quit",
        "Twice within two seconds: quit without asking.",
        priority=True,
    ),
    Action("app", "redraw", ("ctrl+l",), "redraw", "Redraw the screen."),
    Action(
        "app",
        "suspend_process",
        ("ctrl+z",),
        "suspend",
        "Suspend to the shell; fg returns. A server in its own process keeps running.",
    ),
)

PAGE = (
    Action("page", "help", ("question_mark", "f1"), "keys", "All keys of this page."),
)
WINDOW = tuple(
    Action(
        "window",
        f"app.show_pane({digit})",
        (str(digit),),
        pane,
        f"Back to the panes, to {pane}.",
    )
    for digit, pane in enumerate(("Transfers", "Files", "Ports", "Packets"), 1)
)
WHY = (
    Action("why", "close", ("escape", "w"), "back", "Back to the panes.", shown=True),
    Action(
        "why",
        "copy_proof",
        ("Y",),
        "copy test",
        "Copy the command that tests the finding.",
        shown=True,
    ),
    Action(
        "why",
        "locate",
        ("o",),
        "locate",
        "Probe hop by hop where packets to the client's port are dropped.",
        shown=True,
    ),
    Action(
        "why",
        "firewall",
        ("f",),
        "rules",
        "Firewall rules for the traffic seen.",
        shown=True,
    ),
    Action("why", "copy", ("y",), "copy", "Copy the whole finding as text."),
    Action(
        "why",
        "ticket",
        ("t",),
        "copy ticket",
        "Copy a ticket for the firewall team; else the finding as text.",
        shown=True,
    ),
    Action(
        "why",
        "packets",
        ("equals_sign",),
        "its packets",
        "Show the packets of its transfer.",
        shown=True,
    ),
    Action(
        "why",
        "evidence(1)",
        ("tab",),
        "evidence",
        "Select the next row of evidence.",
        shown=True,
    ),
    Action("why", "evidence(-1)", ("shift+tab",), "Previous row", "Previous row."),
    Action(
        "why",
        "open",
        ("enter",),
        "packets",
        "Show the packets of the selected row.",
        shown=True,
    ),
    Action(
        "why",
        "platform(1)",
        ("right", "l"),
        "Platform",
        "The fix for the next kind of firewall.",
    ),
    Action(
        "why",
        "platform(-1)",
        ("left", "h"),
        "Previous platform",
        "The fix for the previous kind of firewall.",
    ),
    Action("why", "another(1)", ("n",), "next", "The next finding.", shown=True),
    Action("why", "another(-1)", ("N",), "Before", "Previous finding."),
)
FIREWALL = (
    Action(
        "firewall", "close", ("escape", "f"), "back", "Back to the panes.", shown=True
    ),
    Action(
        "firewall",
        "dialect(1)",
        ("right", "l"),
        "next firewall",
        "The rules for the next firewall.",
        shown=True,
        display="→ l",
    ),
    Action(
        "firewall",
        "dialect(-1)",
        ("left", "h"),
        "previous firewall",
        "The rules for the previous firewall.",
    ),
    Action("firewall", "place", ("e",), "place", "Where the firewall is."),
    Action(
        "firewall",
        "kind",
        ("i",),
        "kind",
        "Stateless, stateful, or with a TFTP helper.",
    ),
    Action(
        "firewall",
        "mode",
        ("a",),
        "mode",
        "The rules for single-port mode, or for the port range.",
    ),
    Action(
        "firewall", "nat", ("x",), "NAT", "Whether the firewall translates addresses."
    ),
    Action(
        "firewall",
        "networks(1)",
        ("minus",),
        "narrower",
        "Narrower client networks, down to single addresses.",
    ),
    Action(
        "firewall",
        "networks(-1)",
        ("plus",),
        "wider",
        "Wider client networks.",
    ),
    Action("firewall", "copy", ("y",), "copy rules", "Copy the rules.", shown=True),
    Action(
        "firewall",
        "copy_ticket",
        ("Y",),
        "copy ticket",
        "Copy a ticket for the firewall team.",
        shown=True,
    ),
    Action(
        "firewall", "save", ("s",), "save", "Save the ticket in the current folder."
    ),
)
DOCTOR = (
    Action(
        "doctor", "close", ("escape", "D"), "back", "Back to the panes.", shown=True
    ),
    Action("doctor", "again", ("r",), "again", "Run all checks again.", shown=True),
    Action("doctor", "copy", ("y",), "copy", "Copy the report as text.", shown=True),
)
LOCATE = (
    Action(
        "locate",
        "close",
        ("escape", "o"),
        "back",
        "Back; the probe continues.",
        shown=True,
    ),
    Action("locate", "copy", ("y",), "copy", "Copy the result as text.", shown=True),
)
MESSAGES = (
    Action(
        "messages", "close", ("escape", "M"), "back", "Back to the panes.", shown=True
    ),
)
WIRE = (
    Action("wire", "close", ("escape", "B"), "back", "Back to the panes.", shown=True),
    Action(
        "wire", "why", ("w",), "why?", "The finding about this machine.", shown=True
    ),
    Action(
        "wire",
        "add_address",
        ("a",),
        "add address",
        "Add the address that this machine looks for to this host, until tftptui "
        "stops.",
        shown=True,
    ),
    Action(
        "wire",
        "copy",
        ("y",),
        "copy",
        "Copy everything known about this machine as text.",
        shown=True,
    ),
    Action(
        "wire",
        "help",
        ("question_mark", "f1"),
        "keys",
        "All keys of this page.",
        shown=True,
    ),
)
HELP = (
    Action(
        "help", "run", ("enter",), "do it", "Do what the selected row says.", shown=True
    ),
    Action(
        "help",
        "close",
        ("escape", "f1"),
        "back",
        "Show all keys again; then back to the panes.",
        shown=True,
    ),
)

QUESTION = (
    Action("question", "answer('yes')", ("y",), "yes", "Do it.", shown=True),
    Action(
        "question",
        "answer('drain')",
        ("d",),
        "drain",
        "Refuse new requests, and quit after the last transfer.",
        shown=True,
    ),
    Action(
        "question",
        "answer('no')",
        ("escape", "n"),
        "no",
        "Cancel.",
        shown=True,
    ),
)

# Before the list gets the keys, so that keys typed ahead go into the field.
POLICY = (
    Action(
        "policy",
        "edit",
        ("enter",),
        "change",
        "Edit the selected setting.",
        shown=True,
        priority=True,
    ),
    Action(
        "policy",
        "default",
        ("d",),
        "default",
        "Fill in the default.",
        shown=True,
        priority=True,
    ),
    Action(
        "policy",
        "undo",
        ("u",),
        "undo",
        "Undo the last change; again: the one before.",
        shown=True,
    ),
    Action(
        "policy",
        "close",
        ("escape", "q", "P"),
        "back",
        "Back to the panes.",
        shown=True,
    ),
)

POLICY_FIELD = (
    Action(
        "policy-field",
        "submit",
        ("enter",),
        "apply",
        "Apply from the next request.",
        shown=True,
    ),
    Action(
        "policy-field",
        "choose(1)",
        ("down",),
        "other",
        "Next choice.",
        shown=True,
        priority=True,
    ),
    Action(
        "policy-field",
        "choose(-1)",
        ("up",),
        "Before",
        "Previous choice.",
        priority=True,
    ),
    Action(
        "policy-field",
        "leave",
        ("escape",),
        "cancel",
        "Cancel: keep the setting as it is.",
        shown=True,
        priority=True,
    ),
)

COLUMNS = (
    Action("columns", "turn", ("space",), "show, hide", "Show or hide a column."),
    Action("columns", "shift(1)", ("J",), "Right", "Move the column right."),
    Action("columns", "shift(-1)", ("K",), "Left", "Move the column left."),
    Action("columns", "usual", ("d",), "default", "Back to the default columns."),
    Action(
        "columns", "done", ("enter",), "apply", "Show the marked columns.", shown=True
    ),
    Action(
        "columns", "close", ("escape",), "cancel", "Close without a change.", shown=True
    ),
)

COMMANDS = (
    Action(
        "commands", "close", ("escape", "c"), "back", "Back to the panes.", shown=True
    ),
    Action(
        "commands",
        "copy",
        ("y", "enter"),
        "copy",
        "Copy the command for the selected client.",
        shown=True,
    ),
    Action(
        "commands",
        "direction",
        ("u",),
        "upload",
        "Commands that fetch the file, or send it.",
        shown=True,
    ),
    Action(
        "commands",
        "address",
        ("a",),
        "address",
        "Another address of this server.",
        shown=True,
    ),
    Action("commands", "find", ("slash",), "find", "Search the clients.", shown=True),
)

NARROWING = (
    Action(
        "narrowing",
        "keep",
        ("enter", "down"),
        "to the list",
        "Go to the matches.",
        shown=True,
    ),
    Action(
        "narrowing", "widen", ("escape",), "show all", "Show all again.", shown=True
    ),
)

PREVIEW = (
    Action("preview", "close", ("escape",), "back", "Back to the panes.", shown=True),
    Action(
        "preview",
        "other",
        ("x",),
        "text or bytes",
        "Show the text as bytes, or the bytes as text.",
        shown=True,
    ),
    Action("preview", "move(1)", ("j", "down"), "Down", "One line down."),
    Action("preview", "move(-1)", ("k", "up"), "Up", "One line up."),
    Action(
        "preview", "page(1)", ("pagedown", "space", "ctrl+d"), "On", "One page down."
    ),
    Action("preview", "page(-1)", ("pageup", "ctrl+u"), "Page up", "One page up."),
    Action("preview", "first", ("g", "home"), "First", "Go to the beginning."),
    Action("preview", "last", ("G", "end"), "Last", "Go to the end."),
)

PACKET = (
    Action("packet", "step(1)", ("down", "j"), "Next", "The next packet of the list."),
    Action("packet", "step(-1)", ("up", "k"), "Before", "The previous packet."),
    Action(
        "packet",
        "block(1)",
        ("right", "l"),
        "Next block",
        "The next block, where several were sent at once.",
    ),
    Action("packet", "block(-1)", ("left", "h"), "Block before", "The previous block."),
    Action("packet", "page(1)", ("pagedown", "space", "ctrl+d"), "On", "Scroll down."),
    Action("packet", "page(-1)", ("pageup", "ctrl+u"), "Page up", "Scroll up."),
    Action("packet", "copy", ("y",), "copy", "Copy the fields and the bytes as text."),
    Action(
        "packet",
        "close",
        ("escape", "enter", "q"),
        "back",
        "Back to the list.",
        shown=True,
    ),
)

PROMPT = (
    Action("prompt", "enter", ("enter",), "done", "Apply the line.", shown=True),
    Action(
        "prompt",
        "complete",
        ("tab",),
        "complete",
        "Complete the word as shown after the cursor.",
        shown=True,
    ),
    Action(
        "prompt",
        "recall(1)",
        ("up",),
        "earlier",
        "Recall earlier lines.",
        shown=True,
    ),
    Action("prompt", "recall(-1)", ("down",), "Later", "Recall later lines."),
    Action(
        "prompt",
        "leave",
        ("escape",),
        "clear",
        "Clear the line; when it is empty, go back to the list.",
        shown=True,
    ),
)

FOLDER = (
    Action(
        "folder",
        "close",
        ("escape",),
        "back",
        "Cancel: keep the current root.",
        shown=True,
    ),
)
