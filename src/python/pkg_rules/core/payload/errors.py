"""What can be wrong with the input of a payload, or with a payload."""

from __future__ import annotations

from pkg_rules.core.errors import PkgRulesError


class PayloadError(PkgRulesError):
    """The root of the errors of this package."""


class PlanError(PayloadError):
    """The description of the payload is not what this program understands."""


class TreeConflictError(PayloadError):
    """Two roots want different things at one path."""


class UnsupportedFileError(PayloadError):
    """A file that cannot be part of a payload: a socket, a link that leaves the tree, a name that is not UTF-8."""


class EntryPointError(PayloadError):
    """The entry point is not a file of the tree."""


class CodeCacheError(PayloadError):
    """A code cache does not belong to the files it was given for."""


class BytecodeError(PayloadError):
    """A source would be disclosed, or bytecode in its place refused by V8."""


class CorruptPayloadError(PayloadError):
    """The bytes are not a payload, or not a whole one."""


class MissingDecoderError(PayloadError):
    """The payload may be sound, but nothing at hand can decompress it."""


class CompressionError(PayloadError):
    """A compression that does not exist, or that the executable could not read."""
