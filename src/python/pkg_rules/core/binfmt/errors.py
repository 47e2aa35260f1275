"""What can be wrong with an executable file."""

from __future__ import annotations

from pkg_rules.core.errors import PkgRulesError


class ExecutableFormatError(PkgRulesError):
    """The file is not an executable that we can work with."""
