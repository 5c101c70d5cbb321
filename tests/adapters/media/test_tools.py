from __future__ import annotations

import sysconfig
from importlib.metadata import version
from pathlib import Path

import pytest

from adapters.media import tools
from adapters.media.tools import Tool


def told() -> dict[str, Tool]:
    return {tool.name: tool for tool in tools.tools()}


def test_versions_are_told() -> None:
    assert told()["yt-dlp"] == Tool("yt-dlp", version("yt-dlp"))


def test_a_runtime_of_javascript_is_found_on_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tools, "find_spec", lambda name: None)
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(tmp_path / "nowhere"))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not told()["deno"].version and "YouTube" in told()["deno"].missing_for
    (tmp_path / "deno").write_text("#!/bin/sh\n")
    (tmp_path / "deno").chmod(0o755)
    assert told()["deno"] == Tool("deno", str(tmp_path / "deno"))


def test_a_library_that_is_missing_says_for_what(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "_version", lambda name: "")
    assert all(tool.missing_for for name, tool in told().items() if name != "deno")
    assert "SoundCloud" in told()["curl-cffi"].missing_for
