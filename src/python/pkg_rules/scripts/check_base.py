"""Checks that an executable is the Node.js that it is said to be: `check_base EXECUTABLE CLAIM`.

CLAIM is JSON with the fields of `NodeClaim`. What was found goes to stdout; what is otherwise to stderr, line by line.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from pkg_rules.core.binfmt.node_facts import NodeClaim, read_node_facts
from pkg_rules.core.errors import PkgRulesError


def main(executable: str, claim: str) -> int:
    try:
        facts = read_node_facts(Path(executable))
    except PkgRulesError as error:
        print(error, file=sys.stderr)
        return 1
    differences = list(NodeClaim(**json.loads(claim)).differences(facts))
    if differences:
        print("\n".join(f"  * {difference}" for difference in differences), file=sys.stderr)
        return 1
    print(facts.render())
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
