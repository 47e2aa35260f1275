"""Infers what sources import and what an executable starts with, from the sources' own literal names."""

from __future__ import annotations

import logging
import os.path
from dataclasses import dataclass
from typing import Any, Iterable, Iterator

from pants.build_graph.address import Address
from pants.engine.rules import collect_rules, rule
from pants.engine.target import FieldSet, InferDependenciesRequest, InferredDependencies
from pants.engine.unions import UnionRule
from pants.util.logging import LogLevel

from pkg_rules.core.entry_point import EntryPointError, find_entry_point
from pkg_rules.core.trace.bundler_names import find_as_bundler
from pkg_rules.core.trace.model import AssetReference, Import, ImportKind, ScannedFile
from pkg_rules.core.trace.resolver import Outcome
from pkg_rules.engine import concurrently, implicitly
from pkg_rules.target_types import NodeExecutableDependenciesField, NodeExecutableEntryPointField
from pkg_rules.typescript_target_types import TypeScriptDependenciesField, TypeScriptSourceField
from pkg_rules.util_rules.first_party import FirstParty, first_party, source_path
from pkg_rules.util_rules.import_scan import ImportScanRequest, import_scan
from pkg_rules.util_rules.pkg_config import PkgConfigRequest, pkg_config
from pkg_rules.util_rules.pkg_config_files import ConfiguredFilesRequest, configured_files
from pkg_rules.util_rules.source_fields import JavaScriptDependenciesField, JavaScriptSourceField

logger = logging.getLogger(__name__)

_EXTENSIONS_OF_OUTPUTS = (".js", ".mjs", ".cjs")


@dataclass(frozen=True)
class JavaScriptInferenceFieldSet(FieldSet):
    required_fields = (JavaScriptSourceField, JavaScriptDependenciesField)

    source: JavaScriptSourceField
    dependencies: JavaScriptDependenciesField


@dataclass(frozen=True)
class TypeScriptInferenceFieldSet(FieldSet):
    required_fields = (TypeScriptSourceField, TypeScriptDependenciesField)

    source: TypeScriptSourceField
    dependencies: TypeScriptDependenciesField


@dataclass(frozen=True)
class NodeExecutableInferenceFieldSet(FieldSet):
    required_fields = (NodeExecutableEntryPointField, NodeExecutableDependenciesField)

    entry_point: NodeExecutableEntryPointField
    dependencies: NodeExecutableDependenciesField


class InferJavaScriptImports(InferDependenciesRequest):
    infer_from = JavaScriptInferenceFieldSet


class InferTypeScriptImports(InferDependenciesRequest):
    infer_from = TypeScriptInferenceFieldSet


class InferNodeExecutableEntryPoint(InferDependenciesRequest):
    infer_from = NodeExecutableInferenceFieldSet


class InferConfiguredFiles(InferDependenciesRequest):
    """Of the same field set: the engine unites what several requests infer."""

    infer_from = NodeExecutableInferenceFieldSet


@rule(desc="Infer the dependencies of JavaScript", level=LogLevel.DEBUG)
async def infer_javascript_imports(request: InferJavaScriptImports) -> InferredDependencies:
    path = source_path(request.field_set.source)
    files = await first_party(**implicitly())
    scan = await import_scan(ImportScanRequest(files.sources_beside(path)), **implicitly())
    found = dependencies_of(path, scan.files.get(path), files)
    return InferredDependencies(set(found) - {request.field_set.address})


@rule(desc="Infer the dependencies of TypeScript", level=LogLevel.DEBUG)
async def infer_typescript_imports(request: InferTypeScriptImports) -> InferredDependencies:
    path = source_path(request.field_set.source)
    files = await first_party(**implicitly())
    scan = await import_scan(ImportScanRequest(files.sources_beside(path)), **implicitly())
    found = dependencies_of(path, scan.files.get(path), files)
    return InferredDependencies(set(found) - {request.field_set.address})


@rule(desc="Infer what a pkg configuration names", level=LogLevel.DEBUG)
async def infer_configured_files(request: InferConfiguredFiles) -> InferredDependencies:
    address = request.field_set.address
    loaded, configured, files = await concurrently(
        pkg_config(PkgConfigRequest(address), **implicitly()),
        configured_files(ConfiguredFilesRequest(address), **implicitly()),
        first_party(**implicitly()),
    )
    if loaded.error is not None:
        # An error when it is packaged, as with the entry point.
        logger.warning(loaded.error)
    return InferredDependencies(configured.owners(files))


@rule(desc="Infer the owner of an entry point", level=LogLevel.DEBUG)
async def infer_entry_point(request: InferNodeExecutableEntryPoint) -> InferredDependencies:
    address = request.field_set.address
    files = await first_party(**implicitly())
    try:
        path = find_entry_point(
            request.field_set.entry_point.value,
            address.spec_path,
            files.view.package_json(address.spec_path),
            address.spec,
        )
    except EntryPointError as error:
        # An error when it is packaged; listing the targets of a repository should not fail for one of them.
        logger.warning(str(error))
        return InferredDependencies(())
    return InferredDependencies([*files.owners_of(path), *_package_json(path, files)])


def dependencies_of(
    path: str, scanned: ScannedFile | None, files: FirstParty
) -> Iterator[Address]:
    if scanned is None:
        return
    for found in scanned.imports:
        yield from _imported(path, found, files)
    for asset in scanned.assets:
        yield from _asset(path, asset, files)


def _imported(path: str, found: Import, files: FirstParty) -> Iterable[Address]:
    resolution = files.resolver.resolve(found.specifier, path, found.kind)
    if resolution.outcome is Outcome.FILE:
        return [*files.owners_of(resolution.path), *_other_package_json(path, resolution.path, files)]
    if resolution.outcome is not Outcome.MISSING:
        return ()
    bundled = find_as_bundler(found.specifier, path, files.view)
    if bundled is not None:
        return files.owners_of(bundled)
    written = files.writers_of(resolution.path)
    if written:
        return [*written, *_other_package_json(path, resolution.path, files)]
    if resolution.package is not None and found.kind is not ImportKind.TYPE:
        package = files.third_party_package(resolution.package, path)
        if package is not None:
            return (package,)
    if not found.optional and found.kind is not ImportKind.TYPE:
        # It may be no mistake here (a bundler's alias, a file that nobody packages); packaging checks what matters.
        logger.debug(
            f"`{path}` line {found.line} imports `{found.specifier}`, for which no dependency can be inferred: "
            f"{resolution.reason}."
        )
    return ()


def _asset(path: str, asset: AssetReference, files: FirstParty) -> Iterable[Address]:
    referred = os.path.normpath(os.path.join(os.path.dirname(path), asset.path))
    owners = files.owners_of(referred)
    if owners or os.path.splitext(referred)[1] not in _EXTENSIONS_OF_OUTPUTS:
        return owners
    # A worker that is compiled first: named as it will be called, `worker.js`, and written as `worker.ts`.
    compiled = find_as_bundler(f"./{asset.path}", path, files.view)
    return () if compiled is None else files.owners_of(compiled)


def _other_package_json(path: str, imported: str, files: FirstParty) -> Iterable[Address]:
    """The package.json of another package says how its files are found and of which kind they are."""
    own = files.resolver.scope(os.path.dirname(path))
    other = files.resolver.scope(os.path.dirname(imported))
    return () if other is None or other == own else files.owners.get(other.path, ())


def _package_json(path: str, files: FirstParty) -> Iterable[Address]:
    scope = files.resolver.scope(os.path.dirname(path))
    return () if scope is None else files.owners.get(scope.path, ())


def rules() -> Any:
    return [
        *collect_rules(),
        UnionRule(InferDependenciesRequest, InferJavaScriptImports),
        UnionRule(InferDependenciesRequest, InferTypeScriptImports),
        UnionRule(InferDependenciesRequest, InferNodeExecutableEntryPoint),
        UnionRule(InferDependenciesRequest, InferConfiguredFiles),
    ]
