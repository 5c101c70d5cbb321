"""Secrets are readable for their owner alone, and are there whole or not at all."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import keyring.backends.fail
import keyring.backends.null
import pytest
from keyring.backend import KeyringBackend

from adapters.secrets import Keyring, Unanswered, remove, there_is_a_keyring, working, write
from tests.adapters.spotify.people import Memory, using


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "secrets" / "one.json"


def test_only_the_owner_can_read_it(path: Path) -> None:
    before = os.umask(0)
    try:
        write(path, b"one")
    finally:
        os.umask(before)
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)
    path.parent.chmod(0o755)
    path.chmod(0o644)
    write(path, b"two")
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)
    assert path.read_bytes() == b"two"


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_write_that_fails_leaves_what_was_there(
    path: Path, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(path, b"old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, call, full)
    with pytest.raises(OSError, match="No space"):
        write(path, b"new")
    assert path.read_bytes() == b"old"
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_what_a_killed_writer_left_is_swept(path: Path) -> None:
    """Killed between the two steps: the old one stands, the half one is nobody's."""
    write(path, b"old")
    killed = (
        "import os, sys; from pathlib import Path; from adapters.secrets import write\n"
        "os.replace = lambda *_: os._exit(9)\n"
        "write(Path(sys.argv[1]), b'new')"
    )
    assert subprocess.run([sys.executable, "-c", killed, str(path)]).returncode == 9
    assert working(path).read_bytes() == b"new" and mode(working(path)) == 0o600
    assert path.read_bytes() == b"old"
    write(path, b"newer")
    assert path.read_bytes() == b"newer" and not working(path).exists()


def test_a_link_in_the_place_of_the_work_file_is_not_followed(path: Path) -> None:
    write(path, b"old")
    target = path.parent.parent / "elsewhere"
    working(path).symlink_to(target)
    write(path, b"new")
    assert not target.exists() and path.read_bytes() == b"new"


def test_removing_takes_the_work_file_too(path: Path) -> None:
    write(path, b"one")
    working(path).write_bytes(b"half")
    remove(path)
    assert list(path.parent.iterdir()) == []


# ---- keyrings ----------------------------------------------------------------------------------


def test_a_keyring_keeps_and_forgets() -> None:
    with using(Memory()):
        assert there_is_a_keyring()
        Keyring().set("a", "secret")
        assert Keyring().get("a") == "secret"
        Keyring().delete("a")
        Keyring().delete("a")
        assert Keyring().get("a") is None


def test_a_keyring_that_keeps_nothing_is_none() -> None:
    for module in (keyring.backends.null, keyring.backends.fail):
        backend: KeyringBackend = module.Keyring()
        with using(backend):
            assert not there_is_a_keyring()


def test_without_the_library_there_is_no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert not there_is_a_keyring()


def test_a_locked_keyring_says_so_and_tells_no_secret() -> None:
    memory = Memory()
    memory.locked = True
    with using(memory), pytest.raises(Unanswered, match=r"refused \(KeyringLocked\)") as raised:
        Keyring().set("a", "the secret itself")
    assert "the secret itself" not in str(raised.value)


def test_a_keyring_that_waits_for_a_person_does_not_stop_the_run() -> None:
    class Asking(Memory):
        def get_password(self, service: str, username: str) -> str | None:
            time.sleep(5)
            return None

    with using(Asking()), pytest.raises(Unanswered, match=r"did not answer within 0.05 s"):
        Keyring(patience=0.05).get("a")
