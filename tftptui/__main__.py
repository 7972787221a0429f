"""Where the program begins: ``tftptui``, and ``python -m tftptui``."""

import gc
import os
import sys

SELDOM = (100_000, 10, 10)
"""When Python looks for garbage in circles. A start makes a hundred thousand things
and no garbage, and looking at them all again and again takes a tenth of its time."""


_INTERRUPTED = 130

DRAWINGS = ("TEXTUAL_FPS", "120")
"""How often a second the screen may be drawn. It is only when something changed; but a
key waits for the next time, and with half as many it would wait 10 ms longer."""


def quicken() -> None:
    """Set what makes the program quick; before the screen is imported."""
    gc.set_threshold(*SELDOM)
    os.environ.setdefault(*DRAWINGS)


def main() -> None:
    """Run the command line; ctrl+c ends it with 130, as shells have it."""
    try:
        quicken()
        from tftptui.cli import main as run  # noqa: PLC0415 - after the line before

        run()
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)


if __name__ == "__main__":
    main()
