"""The targets below one, with the edges between them, so that a walk can stop where a step of the build stands between."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable

from pants.build_graph.address import Address
from pants.engine.rules import collect_rules, rule
from pants.engine.target import Dependencies, DependenciesRequest, Target, TransitiveTargetsRequest
from pants.util.frozendict import FrozenDict
from pants.util.logging import LogLevel

from pkg_rules.engine import (
    CALL_BY_NAME,
    Get,
    concurrently,
    dependency_targets,
    implicitly,
    transitive_targets,
)


@dataclass(frozen=True)
class DependencyGraphRequest:
    address: Address


@dataclass(frozen=True)
class DependencyGraph:
    """`targets` does not have what the user excluded transitively (`!!`), though edges may lead to it."""

    root: Target
    targets: FrozenDict[Address, Target]
    edges: FrozenDict[Address, tuple[Address, ...]]

    def reached(self, through: Callable[[Target], bool]) -> list[Target]:
        """What is reached from the root, in a stable order; from a target other than the root only if `through` says so."""
        seen = {self.root.address: self.root}
        waiting = [self.root]
        while waiting:
            target = waiting.pop()
            if target is not self.root and not through(target):
                continue
            for address in self.edges.get(target.address, ()):
                found = self.targets.get(address)
                if found is not None and address not in seen:
                    seen[address] = found
                    waiting.append(found)
        del seen[self.root.address]
        return [seen[address] for address in sorted(seen)]


@rule(desc="Resolve the dependency graph", level=LogLevel.DEBUG)
async def _dependency_graph(request: DependencyGraphRequest) -> DependencyGraph:
    closure = await transitive_targets(TransitiveTargetsRequest([request.address]), **implicitly())
    targets = tuple(closure.closure)
    # The engine has these answers already: it made the closure from them.
    dependencies = await concurrently(
        dependency_targets(DependenciesRequest(target.get(Dependencies)), **implicitly())
        for target in targets
    )
    (root,) = closure.roots
    return DependencyGraph(
        root=root,
        targets=FrozenDict((target.address, target) for target in targets),
        edges=FrozenDict(
            (target.address, tuple(dependency.address for dependency in direct))
            for target, direct in zip(targets, dependencies)
        ),
    )


if CALL_BY_NAME:
    dependency_graph = _dependency_graph
else:

    def dependency_graph(request: DependencyGraphRequest, **_: object) -> Get:
        return Get(DependencyGraph, DependencyGraphRequest, request)


def rules() -> Any:
    return collect_rules()
