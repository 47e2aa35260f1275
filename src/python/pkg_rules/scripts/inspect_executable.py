"""Looks into an executable, in a sandbox: the arguments are those of `python -m pkg_rules.inspect`."""

from __future__ import annotations

import sys

from pkg_rules.core.inspection.command import main

if __name__ == "__main__":
    sys.exit(main())
