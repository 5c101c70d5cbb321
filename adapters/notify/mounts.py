"""On which kind of file system a folder lies: those of a network do not tell what others write."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

_REMOTE = frozenset(
    {
        *("nfs", "nfs4", "cifs", "smb3", "smbfs", "afpfs", "afs", "ncpfs", "9p", "ceph"),
        *("glusterfs", "lustre", "davfs", "webdav", "ftp", "vboxsf", "prl_fs", "virtiofs"),
        *("drvfs", "vmhgfs", "macfuse", "osxfuse"),
    }
)
_LOCAL_FUSE = frozenset({"fuse.ntfs-3g", "fuse.lowntfs-3g", "fuse.exfat", "fuse.mergerfs"})
"""Programs that show a local disk; other ones mostly show another machine's."""


def is_remote(kind: str) -> bool:
    """Whether a file system of this kind is another machine's."""
    return kind in _REMOTE or (kind.startswith("fuse.") and kind not in _LOCAL_FUSE)


def kind_of(path: Path) -> str:
    """The kind of file system that a path lies on, as the system names it; empty: not known."""
    try:
        full = path.resolve()
        return longest(_mounts(), full)
    except (OSError, subprocess.SubprocessError):
        return ""


def _mounts() -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    if sys.platform == "linux":
        found = linux(Path("/proc/self/mountinfo").read_text("utf-8"))
    elif sys.platform == "darwin":
        told = subprocess.run(["/sbin/mount"], capture_output=True, timeout=5, check=True)
        found = macos(told.stdout.decode("utf-8", "replace"))
    return found


def linux(mountinfo: str) -> list[tuple[str, str]]:
    """Mount point and kind of each mount, of `/proc/self/mountinfo`."""
    found = []
    for line in mountinfo.splitlines():
        before, _, after = line.partition(" - ")
        fields, rest = before.split(), after.split()
        if len(fields) > 4 and rest:
            found.append((_unescaped(fields[4]), rest[0]))
    return found


def macos(told: str) -> list[tuple[str, str]]:
    """Mount point and kind of each mount, of what `mount` says."""
    lines = (re.fullmatch(r".+? on (/.*) \((\w+)[,)].*", line) for line in told.splitlines())
    return [(line[1], line[2]) for line in lines if line]


def _unescaped(text: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), text)


def longest(mounts: Iterable[tuple[str, str]], path: Path) -> str:
    """The kind of the mount that a path lies on; empty: none of these."""
    best, kind = -1, ""
    for point, what in mounts:
        above = Path(point) == path or Path(point) in path.parents
        if above and len(point) >= best:  # of two at one place, the later lies on top
            best, kind = len(point), what
    return kind
