"""Which disks are shared, by tables of mounts written by hand."""

from pathlib import Path

import pytest

from bench.filesystem import is_shared

TABLE = r"""/dev/vda1 / ext4 rw,relatime 0 0
proc /proc proc rw,nosuid 0 0
/dev/vdb1 /data ext4 rw 0 0
server:/export /data/shared nfs4 rw,vers=4.2 0 0
/dev/vdc1 /data/shared/scratch xfs rw 0 0
me@host:/home /mnt/ssh fuse.sshfs rw 0 0
cloud: /mnt/cloud fuse.rclone rw 0 0
host /mnt/host virtiofs rw 0 0
/dev/sdd1 /mnt/ntfs fuseblk rw 0 0
server:/x /mnt/two\040words nfs rw 0 0
server:/y /mnt/back\134slash nfs rw 0 0
server:/z /mnt/tab\011bed nfs rw 0 0
server:/u /mnt/Büro nfs rw 0 0
lustre@tcp:/l /lustre lustre rw 0 0
/dev/vde1 /over ext4 rw 0 0
server:/over /over nfs4 rw 0 0
server:/under /under nfs4 rw 0 0
/dev/vdf1 /under ext4 rw 0 0
"""


@pytest.fixture
def mounts(tmp_path: Path) -> Path:
    path = tmp_path / "mounts"
    path.write_text(TABLE, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("path", "shared"),
    [
        ("/results.db", False),
        ("/data/results.db", False),
        ("/mnt/cloud/results.db", True),
        ("/mnt/host/results.db", True),
        ("/data/shared", True),
        ("/data/shared/results.db", True),
        ("/data/shared/not/yet/there/results.db", True),
        ("/data/shared/scratch/results.db", False),
        ("/data/sharedbutnot/results.db", False),
        ("/mnt/ssh/results.db", True),
        ("/mnt/ntfs/results.db", False),
        ("/mnt/two words/results.db", True),
        ("/mnt/two/results.db", False),
        ("/mnt/back\\slash/results.db", True),
        ("/mnt/tab\tbed/results.db", True),
        ("/mnt/Büro/results.db", True),
        ("/lustre/results.db", True),
        ("/over/results.db", True),  # what is mounted last is what one sees
        ("/under/results.db", False),
    ],
)
def test_the_nearest_mount_decides(mounts, path, shared):
    assert is_shared(Path(path), mounts) is shared


@pytest.mark.parametrize("kind", ["nfs", "cifs", "smb3", "9p", "beegfs", "gpfs", "fuse.glusterfs"])
def test_shared_kinds(tmp_path, kind):
    (tmp_path / "mounts").write_text(f"x / {kind} rw 0 0\n")
    assert is_shared(Path("/a"), tmp_path / "mounts")


@pytest.mark.parametrize(
    "kind", ["ext4", "xfs", "btrfs", "overlay", "tmpfs", "fuse.fuse-overlayfs"]
)
def test_local_kinds(tmp_path, kind):
    (tmp_path / "mounts").write_text(f"x / {kind} rw 0 0\n")
    assert not is_shared(Path("/a"), tmp_path / "mounts")


def test_a_name_that_is_not_utf_8_stops_nobody(tmp_path):
    (tmp_path / "mounts").write_bytes(b"a / nfs rw 0 0\nb /mnt/B\xfcro ext4 rw 0 0\n")
    assert is_shared(Path("/a"), tmp_path / "mounts")


def test_without_a_table_the_disk_is_taken_to_be_local(tmp_path):
    assert not is_shared(Path("/a"), tmp_path / "none")


def test_a_link_is_followed(tmp_path):
    (tmp_path / "there").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "there")
    place = str((tmp_path / "there").resolve()).replace(" ", r"\040")
    (tmp_path / "mounts").write_text(f"x / ext4 rw 0 0\ny {place} nfs rw 0 0\n")
    assert is_shared(tmp_path / "link" / "results.db", tmp_path / "mounts")
