"""Icons: a file of images (.ico) becomes resources of a Windows executable.

An .ico is u16 zero, u16 one, u16 number of images, and for each image 16 bytes: width, height, colours, zero (u8 each), planes,
bits per pixel (u16 each), size and offset (u32 each). A group of icons in the resources is the same, but the offset is
replaced by the number (u16) of the resource with the image.
"""

from __future__ import annotations

import struct

from pkg_rules.core.binfmt.errors import ExecutableFormatError
from pkg_rules.core.binfmt.pe_resources import (
    ENGLISH,
    RT_GROUP_ICON,
    RT_ICON,
    Resource,
    ResourceKey,
)

_HEAD = struct.Struct("<HHH")
_IMAGE = struct.Struct("<BBBBHHII")
_GROUP_IMAGE = struct.Struct("<BBBBHHIH")
_PNG = b"\x89PNG\r\n\x1a\n"
_BITMAP_HEADER_SIZE = struct.pack("<I", 40)


class IconError(ExecutableFormatError):
    """The file is no icon."""


def icon_resources(ico: bytes) -> dict[ResourceKey, Resource]:
    """Raises IconError, which says what is wrong with the file."""
    if len(ico) < _HEAD.size or _HEAD.unpack_from(ico)[:2] != (0, 1):
        is_png = ico.startswith(_PNG)
        raise IconError(
            "It is no icon file (`.ico`): it begins with "
            + ("the signature of a PNG image. Convert it, e.g. with ImageMagick: `convert app.png app.ico`."
               if is_png else f"`{ico[:6].hex(' ')}` instead of `00 00 01 00`.")
        )
    _, _, count = _HEAD.unpack_from(ico)
    table_end = _HEAD.size + count * _IMAGE.size
    if not count or len(ico) < table_end:
        raise IconError(f"It has {len(ico)} bytes and speaks of {count} images: it is empty or truncated.")
    resources: dict[ResourceKey, Resource] = {}
    group = _HEAD.pack(0, 1, count)
    for number in range(1, count + 1):
        *shape, size, offset = _IMAGE.unpack_from(ico, _HEAD.size + (number - 1) * _IMAGE.size)
        image = ico[offset : offset + size]
        if offset < table_end or len(image) < max(size, 1):
            raise IconError(f"Image {number} of {count} lies outside of the file: it is truncated.")
        if not image.startswith((_PNG, _BITMAP_HEADER_SIZE)):
            raise IconError(f"Image {number} of {count} is neither a bitmap nor a PNG image.")
        resources[RT_ICON, number, ENGLISH] = Resource(image)
        group += _GROUP_IMAGE.pack(*shape, size, number)
    resources[RT_GROUP_ICON, 1, ENGLISH] = Resource(group)
    return resources
