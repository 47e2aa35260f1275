"""Which parts of a program are in its executable with their source, when it is to hide sources, and why."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Iterable, Sequence

from pkg_rules.core.errors import PkgRulesError
from pkg_rules.core.npm.installed import InstalledPackage

# Licences under which everybody may have the source anyway, free ones with copyleft among them, as pkg takes it: identifiers
# of SPDX, in lower case. Not those that restrict who may use it for what (`CC-BY-NC-4.0`, `BUSL-1.1`).
PUBLIC_LICENCES = frozenset(
    (
        "0bsd afl-2.1 afl-3.0 agpl-3.0 agpl-3.0-only agpl-3.0-or-later apache-1.1 apache-2.0 artistic-1.0 artistic-2.0 blueoak-1.0.0"
        " bsd bsd-2-clause bsd-3-clause"
        " bsd-3-clause-clear bsd-4-clause bsl-1.0 cc-by-3.0 cc-by-4.0 cc-by-sa-3.0 cc-by-sa-4.0 cc0-1.0 cddl-1.0 epl-1.0"
        " epl-2.0 eupl-1.1 eupl-1.2 gpl-2.0 gpl-2.0-only gpl-2.0-or-later gpl-3.0 gpl-3.0-only gpl-3.0-or-later isc lgpl-2.1"
        " lgpl-2.1-only lgpl-2.1-or-later lgpl-3.0 lgpl-3.0-only lgpl-3.0-or-later mit mit-0 mpl-1.1 mpl-2.0 ms-pl ncsa"
        " ofl-1.1 postgresql python-2.0 unicode-3.0 unicode-dfs-2016 unlicense upl-1.0 w3c wtfpl x11 zlib zpl-2.1"
    ).split()
)
# What people write in the place of such identifiers.
_WRITTEN_OUT = frozenset(
    ("apache 2.0", "apache license 2.0", "apache license version 2.0", "mpl 2.0", "public domain", "the mit license")
)
ALL = "*"
_WORDS = re.compile(r"[()\s]+|/|,|\+(?=\s|$|\))")
_SHOWN = 10


class DisclosureError(PkgRulesError):
    """Sources would be in the executable that nobody said may be."""


@dataclass(frozen=True)
class SourceRules:
    """What the fields of a `node_executable` say about sources. Whether something is public counts only if it hides them."""

    bytecode: bool = True
    fallback_to_source: bool = False
    public: bool = False
    public_packages: tuple[str, ...] = ()


@dataclass(frozen=True, order=True)
class Disclosure:
    """One package, or the program itself (whose `path` is ""), with its source or without."""

    path: str
    name: str
    with_source: bool
    reason: str


def is_public_licence(expression: str) -> bool:
    """Whether an expression of SPDX, or what people write instead, names nothing but public licences, or a choice of one."""
    words = [word for word in _WORDS.split(expression.lower()) if word]
    if " ".join(words) in _WRITTEN_OUT:
        return True
    choices: list[list[str]] = [[]]
    for before, word in zip(["", *words], words):
        if word == "or":
            choices.append([])
        # An exception allows more than its licence.
        elif word not in ("and", "with") and before != "with":
            choices[-1].append(word)
    return any(choice and all(word in PUBLIC_LICENCES for word in choice) for choice in choices)


def disclosures(
    packages: Iterable[InstalledPackage], rules: SourceRules
) -> tuple[Disclosure, ...]:
    own = (
        Disclosure("", "the program itself", True, "`public=True`")
        if rules.public
        else Disclosure("", "the program itself", False, "not `public`")
    )
    return (own, *(_package(package, rules) for package in sorted(packages, key=lambda one: one.path)))


def _package(package: InstalledPackage, rules: SourceRules) -> Disclosure:
    label = f"{package.name} {package.version}".strip()
    if package.name in rules.public_packages or ALL in rules.public_packages:
        return Disclosure(package.path, label, True, "in `public_packages`")
    if package.is_private:
        return Disclosure(package.path, label, False, "`private` in its package.json")
    if not package.license:
        return Disclosure(package.path, label, False, "no licence in its package.json")
    if is_public_licence(package.license):
        return Disclosure(package.path, label, True, f"licence {package.license}")
    return Disclosure(package.path, label, False, f"licence {package.license}")


def listing(found: Sequence[Disclosure]) -> str:
    """One sentence: what is there as bytecode only, and what with its source, by reasons."""
    hidden = _by_reason(one for one in found if not one.with_source)
    shown = _by_reason(one for one in found if one.with_source)
    return f"bytecode only: {hidden}; with source: {shown}"


def _by_reason(found: Iterable[Disclosure]) -> str:
    names: dict[str, set[str]] = {}
    for one in found:
        names.setdefault(one.reason, set()).add(one.name)
    parts = [f"{', '.join(sorted(names[reason]))} ({reason})" for reason in sorted(names)]
    return ", ".join(parts) or "nothing"


def check_all_public(target: str, found: Sequence[Disclosure]) -> None:
    """Raises DisclosureError unless everything may be there with its source."""
    hidden = [one for one in found if not one.with_source]
    if not hidden:
        return
    lines = [f"  * {one.name}: {one.reason}" for one in hidden[:_SHOWN]]
    if len(hidden) > _SHOWN:
        lines.append(f"  * and {len(hidden) - _SHOWN} more")
    listed = "\n".join(lines)
    raise DisclosureError(
        f'{target} has `mode="standard"` and `bytecode=False`, so these sources could be read out of the executable, but '
        f"nothing says that they may:\n{listed}\n"
        "Write `public=True` for the program itself and name packages in `public_packages` (`\"*\"` for all), or leave "
        "`bytecode` on."
    )
