from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from adapters.spelling import respelt

NFD = unicodedata.normalize("NFD", "Björk")


@pytest.fixture(params=["björk", "BJÖRK", NFD], ids=["lower", "upper", "decomposed"])
def listed(request: pytest.FixtureRequest) -> str:
    """How a file system may list a folder called Björk."""
    return str(request.param)


def test_one_file_under_two_spellings(tmp_path: Path, listed: str) -> None:
    (tmp_path / "Björk").mkdir()
    (tmp_path / "Björk" / "1").write_bytes(b"")
    name, known = f"{listed}/1", ["Björk/1", "Björk/2"]
    assert respelt(tmp_path, [name], known) == {}
    (tmp_path / "Björk").rename(tmp_path / listed)
    (tmp_path / "Björk").symlink_to(tmp_path / listed)  # as where both spellings lead there
    assert respelt(tmp_path, [name], known) == {name: "Björk/1"}


def test_what_is_listed_as_known_stays(tmp_path: Path) -> None:
    for name in ("A.wav", "a.wav"):
        (tmp_path / name).write_bytes(b"")
    assert respelt(tmp_path, ["a.wav"], ["A.wav"]) == {}
    assert respelt(tmp_path, ["A.wav", "a.wav"], ["A.wav"]) == {}
