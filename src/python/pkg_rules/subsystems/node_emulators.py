"""Options for running the Node.js of another platform in build steps."""

from __future__ import annotations

from enum import Enum

from pants.option.option_types import EnumOption, StrListOption
from pants.option.subsystem import Subsystem
from pants.util.strutil import help_text, softwrap


class EmulatorUse(Enum):
    """`auto`: where the machine has it; `required`: an error where it has not; `never`."""

    AUTO = "auto"
    REQUIRED = "required"
    NEVER = "never"


class NodeEmulators(Subsystem):
    options_scope = "node-emulators"
    help = help_text(
        """
        Emulators with which build steps run the Node.js of a platform that is not the building one.

        V8 takes compiled code only from the very platform that it is for, so making it means to run that platform's
        Node.js. On Linux, QEMU (user mode) runs the one for arm64. In Debian and Ubuntu it is the packages
        `qemu-user-static libc6-arm64-cross libstdc++6-arm64-cross libatomic1-arm64-cross`.

        The one for Alpine runs on other Linux of the same architecture with the C library musl, 1.2.4 or newer: the package
        `musl` of Debian 13 and Ubuntu 24.04.

        On Linux on x64, Wine runs the one for Windows on x64, if `[node-emulators].wine` says so. In Debian and Ubuntu it
        is the package `wine64`: Wine 8 runs Node.js 22, Wine 10 runs newer ones too.
        """
    )

    qemu = EnumOption(
        default=EmulatorUse.AUTO,
        help=softwrap(
            """
            Whether QEMU runs the Node.js for Linux on arm64. With `auto` an executable whose code could not be
            compiled ahead, as this machine has no QEMU, is built without: it works, and starts slower. With `required`
            that is an error, so that the result is the same on all machines; `never` leaves it out everywhere.
            """
        ),
    )
    qemu_search_path = StrListOption(
        default=["/usr/bin", "/usr/local/bin", "/bin"],
        help=softwrap(
            """
            Folders in which QEMU is looked for, in this order, on the machine that runs the step. The list is part of the
            key of each step: give the same one on all machines that share a cache.
            """
        ),
        advanced=True,
    )
    qemu_names = StrListOption(
        default=["qemu-aarch64-static", "qemu-aarch64"],
        help="File names of QEMU for arm64 to look for in each folder, in this order.",
        advanced=True,
    )
    arm64_sysroots = StrListOption(
        default=["/usr/aarch64-linux-gnu"],
        help="Folders that may hold the C and C++ libraries of Linux on arm64, as `lib/ld-linux-aarch64.so.1` and so on.",
        advanced=True,
    )
    musl = EnumOption(
        default=EmulatorUse.AUTO,
        help="Whether the C library musl of this machine runs the Node.js for Alpine: as `qemu` for arm64.",
    )
    musl_search_path = StrListOption(
        default=["/lib", "/usr/lib", "/usr/local/lib"],
        help=softwrap(
            """
            Folders in which the dynamic loader of musl, `ld-musl-x86_64.so.1`, is looked for: as `qemu_search_path`.
            """
        ),
        advanced=True,
    )
    wine = EnumOption(
        default=EmulatorUse.NEVER,
        help=softwrap(
            """
            Whether Wine runs the Node.js for Windows on x64. With `auto` an executable whose code could not be compiled
            ahead, as this machine has no Wine or one that is too old, is built without. With `required` that is an error,
            so that the result is the same on all machines; `never` leaves it out everywhere.
            """
        ),
    )
    wine_search_path = StrListOption(
        default=["/usr/bin", "/usr/local/bin", "/opt/wine-stable/bin", "/usr/lib/wine"],
        help=softwrap(
            """
            Folders in which Wine and its `wineserver` are looked for, in this order, on the machine that runs the step.
            The list is part of the key of each step: give the same one on all machines that share a cache.
            """
        ),
        advanced=True,
    )
    wine_names = StrListOption(
        default=["wine64", "wine"],
        help="File names of Wine to look for in each folder, in this order.",
        advanced=True,
    )
