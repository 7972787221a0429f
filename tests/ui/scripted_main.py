"""Run the UI on a scripted engine in this terminal, for tests of a real terminal."""

import sys

from tests.support.pictures import frame, view
from tests.support.scripted_engine import ScriptedEngine
from tftptui.ui.app import TftpApp
from tftptui.ui.exit_summary import bid_farewell
from tftptui.ui.terminal import check_terminal

if __name__ == "__main__":
    if problem := check_terminal():
        sys.exit(problem)
    app = TftpApp(ScriptedEngine([frame(view(1, file="fit.itb"))]))
    app.run()
    bid_farewell(["AFTERWARDS", *app.farewell_lines()])
    sys.exit(app.return_code)
