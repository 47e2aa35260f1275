from __future__ import annotations

from pkg_rules.core.errors import PkgRulesError


class NativeImageError(PkgRulesError):
    """A native addon or library that cannot be what its name says; the message names it."""
