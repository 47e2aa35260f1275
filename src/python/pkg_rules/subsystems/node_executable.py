"""Options for all `node_executable` targets."""

from __future__ import annotations

from pants.option.option_types import BoolOption, StrListOption, StrOption
from pants.option.subsystem import Subsystem
from pants.util.strutil import help_text


class NodeExecutableSubsystem(Subsystem):
    # Not `node-executable`: Pants does not allow a scope to be spelt like the alias of a target type.
    options_scope = "node-executables"
    help = "Options for `node_executable` targets."

    default_node = StrOption(
        default="node24",
        help=help_text(
            """
            The Node.js for items of the `targets` field that do not say which, such as `host` or `linux-x64`: a first
            part as in that field, e.g. `node24` or `node24.21.0`.
            """
        ),
    )
    default_targets = StrListOption(
        default=["host"],
        help=help_text(
            """
            What to build for where neither the `targets` field nor the pkg configuration says it: items as in that
            field, e.g. `["node24-linux-x64", "node24-win-x64"]`.
            """
        ),
    )
    tailor = BoolOption(
        default=True,
        help="If true, `tailor` proposes a `node_executable` for each `package.json` that has a `bin`.",
        advanced=True,
    )
