"""The file system, as effects need it: nothing is overwritten, nothing is lost at a power cut.

Every call that changes something makes the change durable before it returns. Paths are absolute.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import stat
import sys
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import Literal

from state.values import Stamp

if sys.platform != "win32":
    import fcntl

How = Literal["cloned", "linked", "copied"]

FICLONE = 0x40049409
RENAME_NOREPLACE = 1
RENAME_EXCL = 4
AT_FDCWD = -100
_UNSUPPORTED = {
    errno.EOPNOTSUPP,
    errno.EINVAL,
    errno.ENOSYS,
    errno.ENOTTY,
    errno.EXDEV,
    errno.EPERM,
    errno.EMLINK,
}


class Disk:
    """The real file system."""

    def __init__(self) -> None:
        self._durable: set[Path] = set()
        """Folders whose names are known to be durable."""

    def stamp(self, path: Path) -> Stamp | None:
        """What is there, or None if nothing is; OSError for a folder or a special file."""
        try:
            found = path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EEXIST, "not a regular file", str(path))
        return Stamp(found.st_size, found.st_mtime_ns, found.st_ino)

    def taken(self, path: Path) -> bool:
        """Whether anything at all has this name, a broken link included."""
        return os.path.lexists(path)

    def read(self, path: Path) -> bytes | None:
        """The bytes of a small file, or None if there is none."""
        try:
            return path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def make_folders(self, path: Path) -> None:
        """Make a folder and those above it that are missing, each durable in its parent.

        One that is there already may have been made by a run that was killed before its name was
        durable; whatever is put into it would go with it.
        """
        if path.is_dir():
            if path not in self._durable:
                try:
                    self.sync_folder(path.parent)
                except OSError as error:  # above a root, where nothing is ours to sync
                    if error.errno not in (errno.EACCES, errno.EPERM, errno.EROFS):
                        raise
                self._durable.add(path)
            return
        self._durable.discard(path)
        self.make_folders(path.parent)
        with suppress(FileExistsError):
            path.mkdir()
        self.sync_folder(path.parent)
        self._durable.add(path)

    def copy(self, source: Path, work: Path, *, may_link: bool) -> How:
        """Bring the bytes of a file to a new work file by the cheapest means there is, durable.

        Args:
            may_link: the source was written by us, so both names may share their bytes.
        """
        if self._clone(source, work):
            how: How = "cloned"
        elif may_link and self._link(source, work):
            how = "linked"
        else:
            shutil.copyfile(source, work)
            shutil.copystat(source, work)
            how = "copied"
        if how == "cloned":
            shutil.copystat(source, work)
        self.sync_file(work)
        return how

    def _clone(self, source: Path, work: Path) -> bool:
        if sys.platform == "darwin":
            libc = ctypes.CDLL(None, use_errno=True)
            return bool(libc.clonefile(os.fsencode(source), os.fsencode(work), 0) == 0)
        if sys.platform != "linux":
            return False
        with source.open("rb") as origin:
            made = os.open(work, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
            try:
                fcntl.ioctl(made, FICLONE, origin.fileno())
                return True
            except OSError as error:
                if error.errno not in _UNSUPPORTED:
                    raise
            finally:
                os.close(made)
        work.unlink()
        return False

    def _link(self, source: Path, work: Path) -> bool:
        try:
            os.link(source, work)
        except OSError as error:
            if error.errno not in _UNSUPPORTED:
                raise
            return False
        return True

    def write(self, work: Path, content: bytes) -> None:
        """A new work file with this content, durable."""
        with work.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())

    def move(self, source: Path, path: Path) -> None:
        """Give a file another name on its volume, durable; FileExistsError if the name is taken."""
        self._rename(source, path)
        self.sync_folder(path.parent)
        if source.parent != path.parent:
            self.sync_folder(source.parent)

    def publish(self, work: Path, path: Path) -> None:
        """Give a work file its name, durable; FileExistsError if the name is taken.

        The work folder is not made durable: a name left there is swept by the next start.
        """
        self._rename(work, path)
        self.sync_folder(path.parent)

    def deliver(self, work: Path, path: Path) -> None:
        """Give a work file its name by one rename, durable; FileExistsError if the name is taken.

        Whoever takes the file away at once must leave no second name of it behind, not even for a
        moment: it would seem not to have been delivered.
        """
        if not rename_exclusively(work, path):
            if self.taken(path):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
            work.rename(path)
        self.sync_folder(path.parent)
        self.sync_folder(work.parent)

    def finish_move(self, source: Path, path: Path) -> None:
        """Complete a move that was cut off when both names were there.

        One name spelt in two ways (where case does not count) is the file's last, and stays.
        """
        if source.samefile(path) and source.stat().st_nlink > 1:
            source.unlink()
        self.sync_folder(path.parent)
        self.sync_folder(source.parent)

    def _rename(self, source: Path, path: Path) -> None:
        done = rename_exclusively(source, path)
        if done:
            return
        try:
            os.link(source, path)
        except OSError as error:
            if error.errno not in _UNSUPPORTED:
                raise
            # No hard links here (exFAT, FAT): the best that can be done is to look first.
            if self.taken(path):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
            source.rename(path)
            return
        self.sync_folder(path.parent)
        source.unlink()

    def replace(self, work: Path, path: Path) -> None:
        """Put a work file in the place of another one, durable."""
        work.replace(path)
        self.sync_folder(path.parent)

    def remove_work(self, folder: Path, keep: Collection[str] = ()) -> int:
        """Remove what interrupted effects left in a work folder; how many files.

        Args:
            keep: names of files that stay.
        """
        count = 0
        with suppress(FileNotFoundError), os.scandir(folder) as entries:
            for entry in entries:
                if entry.name not in keep:
                    Path(entry.path).unlink()
                    count += 1
        return count

    def tidy(self, folder: Path, root: Path) -> None:
        """Remove a folder below a root, and those above it, if nothing at all is left in them."""
        while folder != root and root in folder.parents:
            try:
                folder.rmdir()
            except OSError:
                return
            self._durable.discard(folder)
            folder = folder.parent

    def sync_file(self, path: Path) -> None:
        """Make a file's content durable."""
        with path.open("rb") as file:
            if sys.platform == "darwin":
                fcntl.fcntl(file.fileno(), fcntl.F_FULLFSYNC)
            else:
                os.fsync(file.fileno())

    def sync_folder(self, path: Path) -> None:
        """Make a folder's names durable."""
        if sys.platform == "win32":
            return
        fd = os.open(path, os.O_RDONLY)
        try:
            os.fsync(fd)
        except OSError as error:
            if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # a FUSE that knows no folders
                raise
        finally:
            os.close(fd)


def rename_exclusively(source: Path, path: Path) -> bool:
    """Rename without overwriting, in one step; False where the system has no such call."""
    if sys.platform == "win32":
        source.rename(path)
        return True
    libc = ctypes.CDLL(None, use_errno=True)
    old, new = os.fsencode(source), os.fsencode(path)
    if sys.platform == "darwin":
        result = libc.renamex_np(old, new, RENAME_EXCL)
    elif hasattr(libc, "renameat2"):
        result = libc.renameat2(AT_FDCWD, old, AT_FDCWD, new, RENAME_NOREPLACE)
    else:
        return False
    if result == 0:
        return True
    code = ctypes.get_errno()
    if code in _UNSUPPORTED - {errno.EXDEV}:
        return False
    raise OSError(code, os.strerror(code), str(path))
