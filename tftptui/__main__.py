"""Where the program begins: ``tftptui``, and ``python -m tftptui``."""

import gc

SELDOM = (100_000, 10, 10)
"""When Python looks for garbage in circles. A start makes a hundred thousand things
and no garbage, and looking at them all again and again takes a tenth of its time."""


def main() -> None:
    """Run the command line."""
    gc.set_threshold(*SELDOM)
    from tftptui.cli import main as run  # noqa: PLC0415 - after the line before

    run()


if __name__ == "__main__":
    main()
