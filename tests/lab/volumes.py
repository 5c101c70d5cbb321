"""Real file systems in small images, mounted where nobody else sees them, that can lose power."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

SHUTDOWN = 0x8004587D
"""`FS_IOC_SHUTDOWN`, `_IOR('X', 125, __u32)`: from now on nothing reaches the device any more."""

LOSE_ALL = 2
"""What no call made durable is gone (`NOLOGFLUSH`)."""
LOSE_CONTENTS = 1
"""The journal is written first (`LOGFLUSH`): names live on, perhaps without what was in them."""

_CLONE_NEWNS = 0x0002_0000
_DEAD = (errno.EIO, errno.ENODEV, errno.ENOTCONN)
_SBIN = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])


class Missing(Exception):
    """This machine cannot make an environment; the message says what it lacks."""


@dataclass(frozen=True)
class Kind:
    """A kind of file system, and how to have one."""

    name: str
    make: tuple[str, ...]
    """Command that makes one in an image, which is its last word."""
    packages: str
    """Where Debian keeps the programs."""
    type: str
    """As `mount -t` knows it."""
    options: str = "loop"
    megabytes: int = 64
    """Size of the image; what is not written takes no space."""
    fuse: str = ""
    """The program that serves it, where that is not the kernel itself."""


EXT4 = Kind("ext4", ("mkfs.ext4", "-q", "-F"), "e2fsprogs", "ext4")
# Copies of an image have one id, and two of them may be mounted at a time.
XFS = Kind("xfs", ("mkfs.xfs", "-q", "-f"), "xfsprogs", "xfs", "loop,nouuid", megabytes=320)
BTRFS = Kind("btrfs", ("mkfs.btrfs", "-q", "-f"), "btrfs-progs", "btrfs", megabytes=160)
EXFAT = Kind(
    "exFAT", ("mkfs.exfat",), "exfatprogs, exfat-fuse", "exfat-fuse", fuse="mount.exfat-fuse"
)
NTFS = Kind(
    "NTFS",
    ("mkntfs", "-F", "-Q", "-q"),
    "ntfs-3g",
    "lowntfs-3g",
    "loop,ignore_case,windows_names",
    fuse="lowntfs-3g",
)


@dataclass
class Volume:
    """A volume of some kind, in an image, that is mounted at a path or not."""

    kind: Kind
    image: Path
    path: Path
    mounted: bool = field(default=False, init=False)

    def make(self) -> Volume:
        """A new, empty file system."""
        with self.image.open("wb") as file:
            file.truncate(self.kind.megabytes << 20)
        _run([*self.kind.make, str(self.image)])
        return self

    def copy(self, image: Path) -> Volume:
        """The same volume, which must not be mounted, in another image at the same path."""
        _run(["cp", "--sparse=always", str(self.image), str(image)])
        return Volume(self.kind, image, self.path)

    def mount(self, zone: str = "UTC") -> Volume:
        """Mount it; a journal is replayed if it was cut off.

        Args:
            zone: the time zone of the machine: exFAT keeps local time.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        kind = self.kind
        words = ["mount", "-t", kind.type, "-o", kind.options, str(self.image), str(self.path)]
        _run(words, {"TZ": zone})
        self.mounted = True
        return self

    def unmount(self) -> None:
        """What could still be written is written, unless power was cut."""
        _run(["umount", str(self.path)])
        self.mounted = False

    def again(self, zone: str = "UTC") -> None:
        """As after a new start of the machine."""
        self.unmount()
        self.mount(zone)

    def die(self, how: int = LOSE_ALL) -> None:
        """Cut its power: from now on it answers nothing but errors, and what was only on its way
        to the device is lost."""
        if self.kind.fuse:
            os.kill(_serving(self.path), signal.SIGKILL)
            return
        fd = os.open(self.path, os.O_RDONLY)
        try:
            _ioctl(fd, SHUTDOWN, struct.pack("I", how))
        finally:
            os.close(fd)

    def is_dead(self) -> bool:
        """Whether its power was cut: it takes nothing more."""
        try:
            (self.path / "alive").touch()
        except OSError as error:
            return error.errno in _DEAD
        (self.path / "alive").unlink()
        return False


_ioctl = fcntl.ioctl  # the plain one, also where calls are counted


def _serving(path: Path) -> int:
    """The process that serves what is mounted at a path for this process."""
    mine = os.readlink("/proc/self/ns/mnt")
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
            if os.fsencode(path) in words and os.readlink(folder / "ns" / "mnt") == mine:
                return int(folder.name)
        except OSError:
            continue
    raise AssertionError(f"{path}: nobody serves it")


def apart() -> None:
    """From now on what this process mounts is its own, and goes with it.

    Raises:
        Missing: not Linux, or not root.
    """
    if sys.platform != "linux":
        raise Missing("Linux")
    if os.geteuid():
        raise Missing("root")
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWNS):
        raise Missing(f"mount namespaces ({os.strerror(ctypes.get_errno())})")
    _run(["mount", "--make-rprivate", "/"])


def need(kind: Kind) -> None:
    """See whether this machine can have such a volume.

    Raises:
        Missing: it cannot.
    """
    for program in (kind.make[0], *([kind.fuse] if kind.fuse else [])):
        if shutil.which(program, path=_SBIN) is None:
            raise Missing(f"the program {program} (Debian: {kind.packages})")
    if kind.fuse and not Path("/dev/fuse").exists():
        raise Missing("FUSE (/dev/fuse)")
    if not kind.fuse:
        if modprobe := shutil.which("modprobe", path=_SBIN):
            subprocess.run([modprobe, "-q", kind.type], check=False, capture_output=True)
        if kind.type not in Path("/proc/filesystems").read_text("utf-8").split():
            raise Missing(f"{kind.type} in the kernel")
    if not Path("/dev/loop-control").exists():
        raise Missing("loop devices (/dev/loop-control)")
    with tempfile.TemporaryDirectory() as folder:
        try:
            Volume(kind, Path(folder) / "image", Path(folder) / "path").make().mount().unmount()
        except OSError as error:
            raise Missing(f"the right or the means to mount it ({error.strerror})") from error


def _run(command: Sequence[str], more: dict[str, str] | None = None) -> None:
    env = os.environ | {"PATH": _SBIN} | (more or {})
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=env)
    if done.returncode:
        words = done.stderr.strip() or f"ended with code {done.returncode}"
        raise OSError(errno.EIO, f"{' '.join(command)}: {words}")
