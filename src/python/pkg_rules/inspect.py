"""`python -m pkg_rules.inspect`: looks into executables without Pants; docs/guide/seeing-inside.md."""

from __future__ import annotations

import sys

from pkg_rules.core.inspection.command import main

if __name__ == "__main__":
    sys.exit(main())
