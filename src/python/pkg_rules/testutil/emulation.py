"""QEMU on this machine, as tests call it; builds look for it themselves."""

from __future__ import annotations

import functools
import platform
import shutil
import subprocess
from pathlib import Path

from pkg_rules.testutil import pinned_tools

LINUX_ARM64 = ("linux", "arm64")
_SYSROOT = "/usr/aarch64-linux-gnu"


def arm64_command() -> tuple[str, ...]:
    """What comes before an executable for Linux on arm64; nothing on such a machine."""
    if (platform.system(), platform.machine()) == ("Linux", "aarch64"):
        return ()
    return (_qemu() or "qemu-aarch64-static", "-L", _SYSROOT)


@functools.lru_cache(maxsize=None)
def why_no_arm64() -> str:
    """Why this machine cannot run Node.js for Linux on arm64; empty if it can."""
    if arm64_command() and not _qemu():
        return "there is no QEMU for arm64 here; ./build-support/install_emulators.sh installs it"
    node = pinned_tools.node(24, LINUX_ARM64)
    tried = subprocess.run(
        [*arm64_command(), str(node), "--version"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    if tried.returncode:
        return f"Node.js for arm64 does not run here: {tried.stdout.decode(errors='replace').strip()}"
    return ""


def _qemu() -> str | None:
    return shutil.which("qemu-aarch64-static") or shutil.which("qemu-aarch64")


def arm64_node(major: int) -> Path:
    return pinned_tools.node(major, LINUX_ARM64)
