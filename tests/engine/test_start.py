"""Ctrl-C and closed pipes, from the first moment on."""

from __future__ import annotations

import sys
from typing import Never

import pytest

import engine.cli
from engine.cli import start
from tests.crate import Crate

STOPPED = "sync: stopped; run the same command again to go on\n"


class Interrupting:
    """A person who presses Ctrl-C while the commands are being read."""

    def find_spec(self, *_: object) -> Never:
        raise KeyboardInterrupt


def test_ctrl_c_while_the_commands_are_being_read(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, "engine.cli.app", raising=False)
    monkeypatch.delattr(engine.cli, "app", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Interrupting()])
    with pytest.raises(SystemExit) as ended:
        start.main()
    assert (ended.value.code, capsys.readouterr().err) == (130, STOPPED)


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [(KeyboardInterrupt(), 130, STOPPED), (BrokenPipeError(32, ""), 0, "")],
)
def test_a_command_that_is_stopped_or_not_read_to_its_end(
    crate: Crate, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, line: str
) -> None:
    def interrupted(*_: object) -> Never:
        raise error

    crate.reconcile()
    monkeypatch.setattr("engine.status.status", interrupted)
    said = crate.sync("status")
    assert (said.code, said.err) == (code, line)
