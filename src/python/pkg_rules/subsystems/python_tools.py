"""Options for the Python that runs build steps."""

from __future__ import annotations

from pants.option.option_types import StrListOption
from pants.option.subsystem import Subsystem
from pants.util.strutil import help_text


class PythonTools(Subsystem):
    options_scope = "python-tools"
    help = help_text(
        """
        Where build steps of `node_executable` find the Python that runs them.

        Any CPython from 3.9 on will do: the result of a step does not depend on it. So the interpreter is looked for
        when the step runs, on the machine that runs it, and the key of the step is the same on every machine.
        """
    )

    search_path = StrListOption(
        default=[
            "/usr/bin",
            "/usr/local/bin",
            "/opt/homebrew/bin",
            "~/.pyenv/versions/*/bin",
            "~/.local/bin",
            "~/.local/share/uv/python/*/bin",
        ],
        help=help_text(
            """
            Folders to look in, in this order. `~/` is the home folder of the user that runs the step, and `*` stands for
            any name. `npm` is looked for in the same folders, to learn which registry it uses.

            The list is part of the key of each step: give the same one on all machines that share a cache.
            """
        ),
        advanced=True,
    )
    names = StrListOption(
        default=["python3", *(f"python3.{minor}" for minor in range(14, 8, -1))],
        help="File names of interpreters to look for in each folder, in this order.",
        advanced=True,
    )
