"""Where things lie in the sandbox of a build step: private inputs begin with `__`, outputs are below `out`."""

from __future__ import annotations

TOOLS = "__tools"
LIBRARIES = "__libraries"
HOST_NODE = "__node"
PROJECT = "__project"
OUT = "out"
