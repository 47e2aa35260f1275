"""What the product promises, as numbers; each is compared with what one run of the benchmark measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Mapping, Optional

from builds import BuildTimes
from process_memory import PANTS
from programs import STANDARD, ZSTD
from start_up import Runs

PLAIN, PACKAGED = "plain node", "executable"


@dataclass(frozen=True)
class Measurements:
    """Start-up by program and call, builds by program; what was left out of a run is missing."""

    start_up: Mapping[tuple[str, str], Mapping[str, Runs]]
    builds: Mapping[str, BuildTimes]
    assemble: Mapping[str, float]


@dataclass(frozen=True)
class Budget:
    what: str
    limit: float
    unit: str
    value: Callable[[Measurements], Optional[float]]


def start_up_ratio(program: str, call: str) -> Callable[[Measurements], Optional[float]]:
    def ratio(measured: Measurements) -> Optional[float]:
        runs = measured.start_up.get((program, call))
        return None if runs is None else runs[PACKAGED].seconds / runs[PLAIN].seconds

    return ratio


def highest_ratio_to_default(variant: str) -> Callable[[Measurements], Optional[float]]:
    def ratio(measured: Measurements) -> Optional[float]:
        return max(
            (
                runs[variant].seconds / runs[PACKAGED].seconds
                for runs in measured.start_up.values()
                if variant in runs
            ),
            default=None,
        )

    return ratio


def highest_memory_ratio(measured: Measurements) -> Optional[float]:
    return max(
        (
            runs[PACKAGED].peak_memory_mb / runs[PLAIN].peak_memory_mb
            for runs in measured.start_up.values()
        ),
        default=None,
    )


def slowest_edit(measured: Measurements) -> Optional[float]:
    return max((times.edited for times in measured.builds.values()), default=None)


def assemble_ratio(measured: Measurements) -> Optional[float]:
    if not measured.assemble:
        return None
    return measured.assemble["assemble"] / measured.assemble["copy"]


def largest_process(measured: Measurements) -> Optional[float]:
    """Of the steps of a build; Pants itself is as large as its daemon is."""
    return max(
        (
            mb
            for times in measured.builds.values()
            for name, mb in times.peak_memory_mb.items()
            if name != PANTS
        ),
        default=None,
    )


BUDGETS = (
    Budget("start-up of hello", 1.0, "x node", start_up_ratio("hello", "greet")),
    Budget("start-up of tsc --version", 0.52, "x node", start_up_ratio("tsc", "--version")),
    Budget("start-up of api", 0.62, "x node", start_up_ratio("api", "listening")),
    Budget("start-up of 2,000 modules, CommonJS", 0.40, "x node", start_up_ratio("big-cjs", "2,000 modules")),
    Budget("start-up of 2,000 modules, ESM", 0.35, "x node", start_up_ratio("big-esm", "2,000 modules")),
    Budget("start-up without sources, the worst program", 1.1, "x sea", highest_ratio_to_default(STANDARD)),
    Budget("start-up with zstd, the worst program", 1.1, "x none", highest_ratio_to_default(ZSTD)),
    Budget("peak memory, the worst program", 1.0, "x node", highest_memory_ratio),
    Budget("package after one edit, the slowest program", 3.0, "s", slowest_edit),
    Budget("assemble step", 3.0, "x copy", assemble_ratio),
    Budget("largest process of a build", 700, "MB", largest_process),
)


@dataclass(frozen=True)
class Verdict:
    budget: Budget
    value: float

    @property
    def met(self) -> bool:
        return self.value <= self.budget.limit


def verdicts(measured: Measurements) -> tuple[Verdict, ...]:
    """Of those budgets for which something was measured."""
    values = ((budget, budget.value(measured)) for budget in BUDGETS)
    return tuple(Verdict(budget, value) for budget, value in values if value is not None)
