"""What can go wrong with a download; each message is complete, as it is shown to the user unchanged."""

from __future__ import annotations

from pkg_rules.core.errors import PkgRulesError


class FetchError(PkgRulesError):
    """A pinned file could not be had."""


class OfflineError(FetchError):
    """The server could not be reached at all, or gave up again and again."""


class NotFoundError(FetchError):
    """The server answers, but has no such file, or does not let us have it."""


class CertificateError(FetchError):
    """The server's certificate is not trusted."""


class TruncatedError(FetchError):
    """The transfer ended early again and again."""


class WrongHashError(FetchError):
    """The bytes are not the pinned ones."""


class NotPinnedContentError(FetchError):
    """The archive does not hold what it must hold."""


class NoRegistryError(FetchError):
    """It is not known which registry to ask."""
