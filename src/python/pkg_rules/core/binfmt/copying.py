"""Copies files inside the kernel, where it can: that shares blocks or at least spares the way through this process."""

from __future__ import annotations

import errno
import os
from pathlib import Path

# What kernels and file systems answer that cannot do it between these two files.
_UNSUPPORTED = (errno.ENOSYS, errno.EXDEV, errno.EINVAL, errno.EOPNOTSUPP, errno.EPERM, errno.EBADF)
_BLOCK = 1 << 20


def append_file(source: Path, out: int, limit: int | None = None, *, start: int = 0) -> int:
    """Appends a file from `start`, or `limit` bytes of it, at the position of the file descriptor; returns the number of bytes."""
    with open(source, "rb") as file:
        size = os.fstat(file.fileno()).st_size - start
        if limit is not None:
            size = min(size, limit)
        file.seek(start)
        done = _in_kernel(file.fileno(), out, size)
        file.seek(start + done)
        while done < size:
            block = file.read(min(_BLOCK, size - done))
            if not block:
                raise OSError(errno.EIO, "The file became shorter while it was copied", str(source))
            _append(out, block)
            done += len(block)
    return size


def _append(out: int, data: bytes) -> None:
    done = 0
    while done < len(data):
        done += os.write(out, data[done:])


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
