"""How finely the scene is drawn can be asked for on the command line."""

from __future__ import annotations

import pytest

from command_line import make_parser
from scene.quality import LEVELS


@pytest.mark.parametrize("command", [["desk"], ["render", "--out", "x.png"]])
def test_every_level_of_the_scene_can_be_asked_for_and_no_other(command: list[str]) -> None:
    for level in LEVELS:
        assert make_parser().parse_args([*command, "--quality", level.name]).quality == level.name
    assert make_parser().parse_args(command).quality is None
    with pytest.raises(SystemExit):
        make_parser().parse_args([*command, "--quality", "best"])
