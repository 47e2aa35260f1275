"""Copies files inside the kernel, where it can: that shares blocks or at least spares the way through this process."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

# What kernels and file systems answer that cannot do it between these two files.
_UNSUPPORTED = (errno.ENOSYS, errno.EXDEV, errno.EINVAL, errno.EOPNOTSUPP, errno.EPERM, errno.EBADF)


def append_file(source: Path, out: int) -> int:
    """Appends the content of a file at the position of the file descriptor; returns the number of bytes."""
    with open(source, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        done = _in_kernel(file.fileno(), out, size)
        if done < size:
            file.seek(done)
            with os.fdopen(os.dup(out), "wb") as rest:
                shutil.copyfileobj(file, rest, 1 << 20)
    return size


def write_at(out: int, offset: int, data: bytes) -> None:
    done = 0
    while done < len(data):
        done += os.pwrite(out, data[done:], offset + done)


def _in_kernel(source: int, out: int, size: int) -> int:
    copy = getattr(os, "copy_file_range", None)
    done = 0
    while copy is not None and done < size:
        try:
            count = copy(source, out, size - done)
        except OSError as error:
            if error.errno not in _UNSUPPORTED:
                raise
            return done
        if not count:
            return done
        done += count
    return done
