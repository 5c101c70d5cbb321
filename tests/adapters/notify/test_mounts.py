from __future__ import annotations

from pathlib import Path

import pytest

from adapters.notify import is_remote, kind_of, mounts

MOUNTINFO = """\
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
35 22 0:30 / /mnt/My\\040Music rw shared:9 - nfs4 nas:/music rw,vers=4.2
36 35 0:31 / /mnt/My\\040Music/stick rw shared:9 master:3 - vfat /dev/sdb1 rw
37 22 0:32 / /home/me/far rw - fuse.sshfs me@far:/ rw
"""
MOUNT = """\
/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)
//me@nas._smb._tcp.local/music on /Volumes/My Music (smbfs, nodev, nosuid, mounted by me)
/dev/disk4s1 on /Volumes/STICK (exfat, local, nodev, nosuid, noowners)
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/me", "ext4"),
        ("/mnt/My Music/House", "nfs4"),
        ("/mnt/My Music/stick/a", "vfat"),
        ("/mnt/My Music 2", "ext4"),
        ("/home/me/far", "fuse.sshfs"),
    ],
)
def test_the_mount_that_a_path_lies_on_linux(path: str, kind: str) -> None:
    assert mounts.longest(mounts.linux(MOUNTINFO), Path(path)) == kind


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/Users/me", "apfs"),
        ("/Volumes/My Music/House", "smbfs"),
        ("/Volumes/STICK", "exfat"),
    ],
)
def test_the_mount_that_a_path_lies_on_macos(path: str, kind: str) -> None:
    assert mounts.longest(mounts.macos(MOUNT), Path(path)) == kind


def test_file_systems_of_other_machines_are_known() -> None:
    assert all(map(is_remote, ("nfs", "nfs4", "cifs", "smbfs", "fuse.sshfs", "9p", "fuse.rclone")))
    assert not any(map(is_remote, ("ext4", "apfs", "exfat", "fuse.ntfs-3g", "btrfs", "tmpfs", "")))


def test_this_machine_is_asked(tmp_path: Path) -> None:
    assert kind_of(tmp_path) != "" or not Path("/proc").exists()
