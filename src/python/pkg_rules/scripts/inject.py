"""Puts an application into a Node.js executable: `inject EXECUTABLE APPLICATION OUT [SIGNING]`; its layout goes to
`OUT.json`."""

from __future__ import annotations

import sys
from pathlib import Path

from pkg_rules.core.binfmt.macho_signature import read_signing_file
from pkg_rules.core.errors import PkgRulesError
from pkg_rules.core.sea.inject import inject


def main(executable: str, application: str, out: str, signing: str | None = None) -> int:
    try:
        layout = inject(
            Path(executable), Path(application).read_bytes(), Path(out), read_signing_file(signing)
        )
    except PkgRulesError as error:
        print(error, file=sys.stderr)
        return 1
    Path(f"{out}.json").write_text(layout.render(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
