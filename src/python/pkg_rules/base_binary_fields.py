"""The fields of `node_executable` about the Node.js that it is made of."""

from __future__ import annotations

from pants.engine.target import BoolField
from pants.util.strutil import help_text


class NodeExecutableStripBaseField(BoolField):
    alias = "strip_base"
    default = False
    help = help_text(
        """
        Whether the symbols and debugging information of Node.js itself are left out of executables for Linux, which makes
        them 15 to 30 MB smaller. The program runs as before, and traces of JavaScript are the same; what is missed are
        names of functions of Node.js and V8 in debuggers and profilers such as `gdb` and `perf`.

        It means nothing for executables of other platforms: on Windows the symbols are in a file of their own, and on macOS
        they stay.
        """
    )


BASE_BINARY_FIELDS = (NodeExecutableStripBaseField,)
