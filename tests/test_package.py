"""What is built and installed is what is meant."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from engine.library import VERSION

ROOT = Path(__file__).parent.parent
PACKAGES = {"engine", "projections", "adapters", "state"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built without a network."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_holds_the_four_packages_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names} == PACKAGES | {f"cratelog-{VERSION}.dist-info"}
    code = {name for name in names if name.split("/")[0] in PACKAGES}
    assert code == {
        path.relative_to(ROOT).as_posix()
        for name in PACKAGES
        for path in (ROOT / name).rglob("*.py")
    }


def test_the_wheel_names_both_commands_and_only_what_it_needs(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    info = f"cratelog-{VERSION}.dist-info"
    commands = archive.read(f"{info}/entry_points.txt").decode()
    assert "sync = engine.cli.start:main" in commands
    assert "cratelog = engine.cli.start:main" in commands
    metadata = archive.read(f"{info}/METADATA").decode()
    needed = re.findall(r"^Requires-Dist: ([a-z-]+)[^;\n]*$", metadata, re.MULTILINE)
    assert {"sqlmodel", "yt-dlp"} <= set(needed) and "pytest" not in needed


def test_every_version_is_the_same() -> None:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert told["project"]["version"] == VERSION
    done = run("--version")
    assert (done.returncode, done.stdout) == (0, f"cratelog {VERSION}\n")


def test_a_bare_sync_is_a_usage_error() -> None:
    """`sync && umount` must stop here, wherever our `sync` shadows that of coreutils."""
    done = run()
    assert done.returncode == 2
    assert "/usr/bin/sync" in done.stdout + done.stderr


def test_pinned_requirements_name_no_host_and_no_folder() -> None:
    for path in sorted((ROOT / "requirements").iterdir()):
        text = path.read_text("utf-8")
        assert "://" not in text and "--index" not in text and "--find-links" not in text
        assert "via /" not in text
        pinned = re.findall(r"^(\S+)==(\S+) \\$", text, re.MULTILINE)
        assert len(pinned) == len(re.findall(r"^\w", text, re.MULTILINE)) > 10


def test_everything_declared_is_pinned() -> None:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    runtime = [re.split(r"[<>=]", line)[0] for line in told["project"]["dependencies"]]
    dev = [*runtime, *told["dependency-groups"]["dev"]]
    for name, wanted in {"runtime": runtime, "dev": dev}.items():
        text = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
        assert [one for one in wanted if f"\n{one}==" not in text] == []


NOT_IMPORTED = {
    "essentia",  # by its name, and only where somebody chose it
    *("brotli", "curl_cffi", "deno", "pycryptodomex", "websockets", "yt_dlp_ejs"),  # by yt-dlp
}
"""Declared all the same."""


def test_every_library_that_is_declared_is_imported() -> None:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    imported = {
        name.partition(".")[0]
        for folder in PACKAGES
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        for name in names(node)
    }
    lines = [*told["project"]["dependencies"]]
    for extra in told["project"]["optional-dependencies"].values():
        lines += extra
    declared = {re.split(r"[<>=]", line)[0].replace("-", "_") for line in lines}
    assert declared - imported == NOT_IMPORTED
    assert imported - declared - PACKAGES - set(sys.stdlib_module_names) == set()


def names(node: ast.AST) -> list[str]:
    """The modules that a statement imports."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """`sync`, as installed beside this Python."""
    return subprocess.run(
        [sys.executable, "-c", "from engine.cli.app import main; main()", *arguments],
        capture_output=True,
        text=True,
    )
