"""Run the command line: ``python -m tftptui``."""

from tftptui.cli import main

if __name__ == "__main__":
    main()
