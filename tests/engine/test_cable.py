"""The cable in the engine: errors before anything is opened."""

from pathlib import Path

import pytest

from tests.support.running import settings_for
from tftptui.commands.config_file import ConfigError, read_config
from tftptui.engine.cable import Cable
from tftptui.engine.client import EngineError
from tftptui.engine.engine import Engine


async def test_the_engine_does_not_start_on_an_interface_that_is_no_cable(
    tmp_path: Path,
) -> None:
    engine = Engine(settings_for(tmp_path, cable="lo"))
    with pytest.raises(EngineError, match="--cable lo: lo is the loopback interface"):
        await engine.start()


async def test_an_interface_that_is_not_there_is_said(tmp_path: Path) -> None:
    cable = Cable(settings_for(tmp_path, cable="eth99"), lambda: 0.0, print)
    with pytest.raises(EngineError, match="there is no interface eth99; there are: "):
        await cable.start()


def test_a_configuration_file_can_not_start_it(tmp_path: Path) -> None:
    file = tmp_path / "tftptui.toml"
    file.write_text('cable = "eth1"\n')
    with pytest.raises(ConfigError, match="toml:1: cable is for the command line only"):
        read_config(file)
