from __future__ import annotations

import pytest

from pkg_rules.core.disclosure import (
    DisclosureError,
    SourceRules,
    check_all_public,
    disclosures,
    is_public_licence,
    listing,
)
from pkg_rules.core.npm.installed import InstalledPackage

OPEN = InstalledPackage("open", "1.0.0", "node_modules/open", "MIT")
CLOSED = InstalledPackage("closed", "2.0.0", "node_modules/closed", "SEE LICENSE IN TERMS")
SILENT = InstalledPackage("silent", "3.0.0", "node_modules/silent")
PRIVATE = InstalledPackage("own", "", "node_modules/own", "MIT", is_private=True)


@pytest.mark.parametrize(
    ("expression", "public"),
    [
        ("MIT", True),
        ("mit", True),
        ("(MIT OR CC0-1.0)", True),
        ("MIT AND BSD-3-Clause", True),
        ("MIT/X11", True),
        ("MIT, Apache-2.0", True),
        ("GPL-3.0-only OR LicenseRef-Commercial", True),
        ("GPL-2.0-or-later WITH Classpath-exception-2.0", True),
        ("LGPL-2.1+", True),
        ("AGPL-3.0", True),
        ("Apache License, Version 2.0", True),
        ("Apache 2.0", True),
        ("Public Domain", True),
        ("LicenseRef-Own WITH MIT", False),
        ("CC-BY-NC-4.0", False),
        ("BUSL-1.1", False),
        ("MIT AND LicenseRef-Commercial", False),
        ("UNLICENSED", False),
        ("SEE LICENSE IN LICENSE.md", False),
        ("", False),
        ("OR", False),
    ],
)
def test_licences(expression: str, public: bool) -> None:
    assert is_public_licence(expression) is public


def test_each_part_has_a_reason() -> None:
    again = InstalledPackage("again", "1.0.0", "node_modules/again", "MIT")
    found = disclosures([SILENT, OPEN, CLOSED, PRIVATE, again], SourceRules())
    assert listing(found) == (
        "bytecode only: own (`private` in its package.json), closed 2.0.0 (licence SEE LICENSE IN TERMS), "
        "silent 3.0.0 (no licence in its package.json), the program itself (not `public`); "
        "with source: again 1.0.0, open 1.0.0 (licence MIT)"
    )


def test_packages_can_be_named() -> None:
    found = disclosures([CLOSED, SILENT], SourceRules(public=True, public_packages=("silent",)))
    assert [one.with_source for one in found] == [True, False, True]
    found = disclosures([CLOSED, SILENT], SourceRules(public_packages=("*",)))
    assert [one.with_source for one in found] == [False, True, True]


def test_without_bytecode_everything_has_to_be_public() -> None:
    rules = SourceRules(bytecode=False, public=True)
    check_all_public("app:bin", disclosures([OPEN], rules))
    with pytest.raises(DisclosureError) as caught:
        check_all_public("app:bin", disclosures([OPEN, SILENT], rules))
    assert str(caught.value) == (
        'app:bin has `mode="standard"` and `bytecode=False`, so these sources could be read out of the executable, but '
        "nothing says that they may:\n"
        "  * silent 3.0.0: no licence in its package.json\n"
        "Write `public=True` for the program itself and name packages in `public_packages` (`\"*\"` for all), or leave "
        "`bytecode` on."
    )
