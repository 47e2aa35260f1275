"""What keeps somebody from looking into an executable."""

from __future__ import annotations

from pkg_rules.core.errors import PkgRulesError


class InspectionError(PkgRulesError):
    """The file is not an executable with a payload, or what was asked for is not in it."""


class ExtractionError(InspectionError):
    """The files cannot be written there, or would leave the folder that was named."""
