"""What holds for an executable: the fields of its target, and where they are silent the pkg configuration."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import Collection, TypeVar

from pkg_rules.core.pkg_config.errors import PkgConfigError
from pkg_rules.core.pkg_config.model import Hook, PkgConfig

DEFAULT_TARGETS = ("host",)
DEFAULT_TARGETS_OPTION = "[node-executables].default_targets"
DEFAULT_MODE = "sea"
SIMPLE, SEA, STANDARD = "simple", "sea", "standard"

_T = TypeVar("_T")


@dataclass(frozen=True)
class BuildSettings:
    """The fields of a target, None where the BUILD file says nothing. `directory` is that of the BUILD file.

    An empty text in place of a hook means that none is run, whatever the configuration says.
    """

    target: str
    directory: str
    targets: tuple[str, ...] | None = None
    mode: str | None = None
    output_path: str | None = None
    options: tuple[str, ...] | None = None
    compress: str | None = None
    debug: bool | None = None
    pre_build: str | None = None
    transform: str | None = None
    post_build: str | None = None


@dataclass(frozen=True)
class HookSource:
    """A command for the shell, or a function: what `file` exports, or of that the property `member`."""

    origin: str
    command: str | None = None
    file: str | None = None
    member: str | None = None


@dataclass(frozen=True)
class Settings:
    """`output_directory` is relative to where the executable would lie otherwise. `options`, `compress` and `debug` are
    None if neither the target nor the configuration says anything.

    `targets_origin` and `options_origin` name settings at the start of a message; `decisions` say where each setting is from, `warnings` what of the configuration is not followed and why.
    """

    targets: tuple[str, ...]
    targets_origin: str
    options_origin: str
    mode: str
    output_directory: str
    options: tuple[str, ...] | None
    compress: str | None
    debug: bool | None
    public: bool
    public_packages: tuple[str, ...]
    bytecode: bool
    fallback_to_source: bool
    pre_build: HookSource | None
    transform: HookSource | None
    post_build: HookSource | None
    decisions: tuple[str, ...]
    warnings: tuple[str, ...]


def effective_settings(
    build: BuildSettings,
    config: PkgConfig | None,
    modes: Collection[str],
    default_targets: tuple[str, ...] = DEFAULT_TARGETS,
) -> Settings:
    """`modes` are those that an executable can be made in."""
    choice = _Choice(build, config)
    mode = choice.of("mode", build.mode, "sea", _mode(config, modes), DEFAULT_MODE)
    given = config if config is not None else PkgConfig("")
    if mode == SIMPLE and build.transform:
        raise PkgConfigError(
            f"The target `{build.target}` has a `transform`, which changes files on their way into the virtual file "
            "system, and the mode `simple`, which has none. Remove one of them."
        )
    return Settings(
        targets=choice.of("targets", build.targets, "targets", given.targets, default_targets),
        targets_origin=(
            f"The option `{DEFAULT_TARGETS_OPTION}`, which counts for {build.target},"
            if build.targets is None and given.targets is None
            else choice.origin("targets", build.targets, given.targets)
        ),
        options_origin=choice.origin("options", build.options, given.options),
        mode=mode,
        output_directory=choice.of(
            "output_path",
            None if build.output_path is None else "",
            "outputPath",
            _output_directory(config),
            "",
        ),
        options=choice.of("options", build.options, "options", given.options, None),
        compress=choice.of("compress", build.compress, "compress", given.compress, None),
        debug=choice.of("debug", build.debug, "debug", given.debug, None),
        public=bool(given.public),
        public_packages=given.public_packages or (),
        bytecode=given.bytecode is not False,
        fallback_to_source=bool(given.fallback_to_source),
        pre_build=choice.hook("pre_build", build.pre_build, "preBuild", given.pre_build),
        transform=choice.hook("transform", build.transform, "transform", given.transform),
        post_build=choice.hook("post_build", build.post_build, "postBuild", given.post_build),
        decisions=tuple(choice.decisions),
        warnings=tuple(_without_effect(config, mode, modes)) if config is not None else (),
    )


class _Choice:
    def __init__(self, build: BuildSettings, config: PkgConfig | None) -> None:
        self._build = build
        self._config = config
        self.decisions: list[str] = []

    def of(self, field: str, own: _T | None, key: str, configured: _T | None, default: _T) -> _T:
        if own is not None:
            over = self._over(key) if configured is not None else ""
            self._note(f"`{field}` is that of the BUILD file{over}")
            return own
        if configured is not None and self._config is not None:
            self._note(f"`{field}` is `{key}` of `{self._config.path}`: {_shown(configured)}")
            return configured
        return default

    def origin(self, name: str, own: object, configured: object) -> str:
        if own is None and configured is not None and self._config is not None:
            return f"The `{name}` of the pkg configuration in `{self._config.path}` for {self._build.target}"
        return f"The `{name}` field of {self._build.target}"

    def hook(
        self, field: str, own: str | None, key: str, configured: Hook | None
    ) -> HookSource | None:
        if own is not None:
            over = self._over(key) if configured is not None else ""
            self._note(f"`{field}` is that of the BUILD file{over}")
            origin = f"`{field}` of the target `{self._build.target}`"
            if not own.strip():
                return None
            if field == "transform":
                file = posixpath.normpath(posixpath.join(self._build.directory, own))
                return HookSource(origin, file=file)
            return HookSource(origin, command=own)
        if configured is None or self._config is None:
            return None
        path = self._config.path
        self._note(f"`{field}` is `{key}` of `{path}`")
        origin = f"`{key}` of the pkg configuration in `{path}`"
        if configured.command is not None:
            return HookSource(origin, command=configured.command)
        return HookSource(origin, file=path, member=key)

    def _over(self, key: str) -> str:
        assert self._config is not None
        return f"; `{key}` of `{self._config.path}` does not count"

    def _note(self, text: str) -> None:
        self.decisions.append(f"`{self._build.target}`: {text}.")


def _shown(value: object) -> str:
    values = value if isinstance(value, tuple) else (value,)
    return ", ".join(f"`{item}`" for item in values) or "empty"


def _mode(config: PkgConfig | None, modes: Collection[str]) -> str | None:
    if config is None or config.sea is None:
        return None
    if config.sea:
        return SEA
    return STANDARD if STANDARD in modes else None


def _output_directory(config: PkgConfig | None) -> str | None:
    if config is None or config.output_path is None:
        return None
    path = posixpath.normpath(config.output_path)
    if config.output_path.startswith("/") or path == ".." or path.startswith("../"):
        raise PkgConfigError(
            f"The key `outputPath` of the pkg configuration in `{config.path}` is `{config.output_path}`, which leads out "
            "of the distribution folder: executables are written below it only.\n\n"
            "Write a path relative to it, or set `output_path` in the BUILD file, which comes first."
        )
    return "" if path == "." else path


def _without_effect(config: PkgConfig, mode: str, modes: Collection[str]) -> list[str]:
    where = f"the pkg configuration in `{config.path}`"
    found = []
    if config.sea is False and STANDARD not in modes:
        found.append(
            f"`sea: false` of {where} asks for the mode `standard`, which there is not yet: the executable is made in the "
            f"mode `{mode}`."
        )
    if mode != STANDARD:
        sources = ("public", "publicPackages", "bytecode", "fallbackToSource")
        given = (config.public, config.public_packages, config.bytecode, config.fallback_to_source)
        named = [f"`{key}`" for key, value in zip(sources, given) if value is not None]
        if named:
            found.append(
                f"{', '.join(named)} of {where} {_has(named)} no effect in the mode `{mode}`, which keeps all sources as "
                "they are."
            )
    if mode == SIMPLE:
        keys = (
            ("scripts", config.files.scripts),
            ("assets", config.files.assets),
            ("patches", config.files.patches),
            ("ignore", config.ignore),
            ("dictionary", config.dictionary),
            ("transform", config.transform),
        )
        named = [f"`{key}`" for key, value in keys if value]
        if named:
            found.append(
                f"{', '.join(named)} of {where} {_has(named)} no effect in the mode `simple`, whose executables hold one "
                "script and no other files."
            )
    elsewhere = (
        ("nativeBuild", config.native_build, "native addons are those that the lock file installs"),
        ("signature", config.signature, "executables for macOS are always signed, without which they do not start"),
        ("noDictionary", config.no_dictionary, "there is no built-in dictionary to switch off"),
        ("seaConfig", config.sea_config or None, "how Node.js' own single executable support is used is not a choice"),
    )
    found += [f"`{key}` of {where} has no effect: {why}." for key, value, why in elsewhere if value is not None]
    return found


def _has(names: Collection[str]) -> str:
    return "has" if len(names) == 1 else "have"
