"""What kind of disk a path lies on: SQLite's locks are only to be trusted on a local one."""

import os
import re
from pathlib import Path

#: File systems that several machines share, as the kernel names them.
SHARED = {
    *("9p", "acfs", "afs", "beegfs", "ceph", "cifs", "coda", "dvs", "fhgfs", "gfs2", "glusterfs"),
    *("gpfs", "lustre", "ncpfs", "nfs", "nfs4", "ocfs2", "orangefs", "panfs", "pvfs2", "smb3"),
    *("smbfs", "virtiofs", "wekafs"),
}
#: Also shared, but known only by the program behind FUSE.
SHARED_FUSE = {
    *("alluxio-fuse", "beegfs", "blobfuse", "blobfuse2", "ceph", "ceph-fuse", "dfuse", "gcsfuse"),
    *("glusterfs", "goofys", "juicefs", "lizardfs", "mfs", "moosefs", "mount-s3", "mountpoint-s3"),
    *("quobyte", "rclone", "s3fs", "sshfs"),
}


def is_shared(path: Path, mounts: Path = Path("/proc/mounts")) -> bool:
    """Whether a path lies on a file system that other machines may write to as well.

    Parameters
    ----------
    path : Path
        Need not exist yet; its nearest existing parent counts.
    mounts : Path
        The kernel's table of mounts. Where there is none, the disk is taken to be local.
    """
    kind = _filesystem(path.resolve(), mounts)
    return kind in SHARED or kind.removeprefix("fuse.") in SHARED_FUSE


def _filesystem(path: Path, mounts: Path) -> str:
    try:
        lines = mounts.read_bytes().splitlines()
    except OSError:
        return ""
    best, kind = -1, ""
    for line in lines:
        _, point, name, *_ = line.split(b" ")
        # The kernel writes a space in a path as \040, and so on; all else as it is.
        plain = re.sub(rb"\\([0-7]{3})", lambda match: bytes([int(match[1], 8)]), point)
        place = Path(os.fsdecode(plain))
        if path.is_relative_to(place) and len(place.parts) >= best:
            best, kind = len(place.parts), name.decode()
    return kind
