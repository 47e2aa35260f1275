"""Which installed package a path belongs to, from the path alone."""

from __future__ import annotations

NODE_MODULES = "node_modules"


def package_directory(path: str) -> str | None:
    """The directory of the installed package that a file or directory belongs to; None for first-party files."""
    parts = path.split("/")
    for index in range(len(parts) - 1, -1, -1):
        if parts[index] == NODE_MODULES:
            length = 2 if index + 1 < len(parts) and parts[index + 1].startswith("@") else 1
            end = index + 1 + length
            # `.bin`, `.pnpm` and files of the package manager are no packages.
            if len(parts) < end or parts[index + 1].startswith("."):
                return None
            return "/".join(parts[:end])
    return None
