"""Where executables are written: a path with placeholders, or one that is followed by what tells the targets apart."""

from __future__ import annotations

import difflib
import posixpath
import re
from dataclasses import dataclass
from typing import Mapping, Sequence

from pkg_rules.core.errors import PkgRulesError
from pkg_rules.core.node_dist import NodeVersion
from pkg_rules.core.triples import Triple

# Newer Pants writes placeholders of its own like `${name}`; here the dollar may be left out.
_PLACEHOLDER = re.compile(r"\$?\{(\w*)\}")
# What the same executable is called for all targets, and what differs. The names in the first line are those of Pants.
FIXED = ("spec_path_normalized", "target_name_normalized", "name")
OF_TARGET = ("node", "version", "platform", "arch")
_EXTENSION = ("extension", "file_suffix")
DEFAULT_TEMPLATE = "{spec_path_normalized}/{name}"


class OutputNameError(PkgRulesError):
    """Two targets would be written to the same file."""


class OutputTemplateError(PkgRulesError):
    """A path with placeholders cannot be used; the message goes on after the path."""


@dataclass(frozen=True)
class OutputPath:
    """`template` is relative to the distribution folder. `directory` is put before the last part of the path."""

    template: str
    spec_path: str
    name: str
    directory: str = ""

    def fixed(self) -> Mapping[str, str]:
        return {
            "spec_path_normalized": self.spec_path.replace("/", "."),
            "target_name_normalized": self.name,
            "name": self.name,
        }


def check_template(template: str) -> None:
    """Raises OutputTemplateError if no output can be named by it, whatever the targets are."""
    for placeholder in _PLACEHOLDER.findall(template):
        known = (*FIXED, *OF_TARGET, *_EXTENSION)
        if placeholder not in known:
            nearest = difflib.get_close_matches(placeholder, known, n=1, cutoff=0.5)
            hint = f" Did you mean `{{{nearest[0]}}}`?" if nearest else ""
            raise OutputTemplateError(
                f"has the placeholder `{{{placeholder}}}`, which is not known.{hint} Known are "
                f"{', '.join(f'`{{{name}}}`' for name in known)}."
            )
    rest = _PLACEHOLDER.sub("", template)
    if "{" in rest or "}" in rest:
        raise OutputTemplateError(
            "has a brace that belongs to no placeholder. Write placeholders like `{platform}`; names of files cannot "
            "have braces."
        )
    if any(name in _EXTENSION for name in _PLACEHOLDER.findall(_without_extension(template))):
        raise OutputTemplateError(
            "has `{extension}` elsewhere than at its end, where the `.exe` of executables for Windows belongs."
        )
    path = posixpath.normpath(template)
    if template.startswith("/") or path.split("/")[0] == "..":
        raise OutputTemplateError(
            "leads out of the distribution folder: executables are written below it only. Write a path relative to it."
        )
    if template.endswith("/") or path == "." or posixpath.basename(template) in (".", ".."):
        raise OutputTemplateError("names a directory. Add the name of the executable, e.g. `{name}`.")


def output_names(output: OutputPath, triples: Sequence[Triple]) -> tuple[str, ...]:
    """A path for each. Without a placeholder that the targets differ in, it gets the parts in which they do, as
    `-linux-x64`; on Windows it ends in `.exe`.

    Of the version the major number is enough unless two targets differ in nothing else.
    """
    template = _without_extension(output.template)
    if set(_PLACEHOLDER.findall(template)) & set(OF_TARGET):
        names = [_finished(output, template, triple, "") for triple in triples]
    else:
        majors = [_node(triple) for triple in triples]
        names = _with_suffixes(output, template, triples, majors)
        if len(set(names)) < len(names):
            exact = [f"node{triple.version}" for triple in triples]
            names = _with_suffixes(output, template, triples, exact)
    _check_different(template, names, triples)
    return tuple(names)


def _check_different(template: str, names: Sequence[str], triples: Sequence[Triple]) -> None:
    for name in names:
        same = [triple for triple, other in zip(triples, names) if other == name]
        if len(same) == 1:
            continue
        both = f"The targets {' and '.join(f'`{triple.text}`' for triple in same)} would both be written to `{name}`"
        if len({str(triple) for triple in same}) == 1:
            raise OutputNameError(f"{both}: they mean the same Node.js, `{same[0]}`. Remove one of them.")
        differing = [
            placeholder
            for placeholder in OF_TARGET
            if len({_values(triple)[placeholder] for triple in same}) > 1
        ]
        # The exact version differs whenever the major one does.
        wanted = [name for name in differing if name != "version" or "node" not in differing]
        raise OutputNameError(
            f"{both}. They differ in {' and '.join(f'`{{{name}}}`' for name in wanted)}: add "
            f"{'that' if len(wanted) == 1 else 'these'} to `{template}`."
        )


def _with_suffixes(
    output: OutputPath, template: str, triples: Sequence[Triple], versions: Sequence[str]
) -> list[str]:
    columns = (
        versions,
        [triple.platform for triple in triples],
        [triple.arch for triple in triples],
    )
    differing = [column for column in columns if len(set(column)) > 1]
    return [
        _finished(output, template, triple, "".join(f"-{column[index]}" for column in differing))
        for index, triple in enumerate(triples)
    ]


def _finished(output: OutputPath, template: str, triple: Triple, suffix: str) -> str:
    values = {**output.fixed(), **_values(triple)}
    path = _PLACEHOLDER.sub(lambda match: values[match[1]], template)
    directory, name = posixpath.split(path)
    extension = ""
    if triple.platform == "win":
        extension = ".exe"
        if posixpath.splitext(name)[1].lower() == extension:
            name = name[: -len(extension)]
    # The spec path of the build root is empty.
    parts = (directory.lstrip("/"), output.directory, f"{name}{suffix}{extension}")
    return posixpath.normpath(posixpath.join(*parts))


def _values(triple: Triple) -> Mapping[str, str]:
    return {
        "node": _node(triple),
        "version": triple.version,
        "platform": triple.platform,
        "arch": triple.arch,
    }


def _node(triple: Triple) -> str:
    return f"node{NodeVersion.parse(triple.version).major}"


def _without_extension(template: str) -> str:
    """Of `{extension}` at the end nothing is lost: what is for Windows gets it anyway."""
    last = list(_PLACEHOLDER.finditer(template))[-1:]
    if last and last[0][1] in _EXTENSION and last[0].end() == len(template):
        return template[: last[0].start()]
    return template
