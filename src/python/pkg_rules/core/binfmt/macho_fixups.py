"""Chained fixups: where in each segment of a Mach-O executable the pointers begin that the dynamic linker has to set.

From the format: `dyld_chained_fixups_header` is seven 4-byte numbers (version, offsets of the starts, of the imports
and of the symbols, number and format of the imports, format of the symbols). At the starts there is the number of
segments, then for each the distance from the starts to a description of its pages, or 0 where nothing has to be set.
The dynamic linker of macOS 27 refuses a program whose number of segments here is not that of its load commands.
"""

from __future__ import annotations

import struct

from pkg_rules.core.binfmt.errors import ExecutableFormatError

_HEADER = struct.Struct("<7I")
# Everything else is moved by this much, which keeps its alignment.
GROWTH = 8


def with_segment(fixups: bytes, segment_count: int) -> bytes:
    """For one more segment before the last one, neither of which has pointers: `GROWTH` bytes longer.

    `segment_count` is what the load commands had before.
    """
    version, starts, imports, symbols, *rest = _HEADER.unpack_from(fixups)
    (count,) = struct.unpack_from("<I", fixups, starts)
    places = struct.unpack_from(f"<{count}I", fixups, starts + 4)
    if version or count != segment_count or places[-1] or imports < starts or symbols < starts:
        raise ExecutableFormatError(
            f"The chained fixups (version {version}) are for {count} segments instead of {segment_count}, or of an "
            "order that is not known here."
        )
    end = starts + 4 * (count + 1)
    moved = tuple(place and place + GROWTH for place in places)
    table = struct.pack(f"<I{count + 1}I", count + 1, *moved, 0).ljust(4 * (count + 1) + GROWTH, b"\0")
    header = _HEADER.pack(version, starts, imports + GROWTH, symbols + GROWTH, *rest)
    return header + fixups[_HEADER.size : starts] + table + fixups[end:]
