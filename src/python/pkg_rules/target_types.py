"""The `node_executable` target and its fields."""

from __future__ import annotations

from enum import Enum

from pants.core.goals.package import OutputPathField
from pants.core.goals.run import RestartableField
from pants.engine.addresses import Address
from pants.engine.target import (
    COMMON_TARGET_FIELDS,
    BoolField,
    Dependencies,
    IntField,
    InvalidFieldException,
    StringField,
    StringSequenceField,
    Target,
    TriBoolField,
)
from pants.util.docutil import bin_name
from pants.util.strutil import help_text

from pkg_rules.base_binary_fields import BASE_BINARY_FIELDS
from pkg_rules.core.output_names import (
    DEFAULT_TEMPLATE,
    OutputTemplateError,
    check_template,
)
from pkg_rules.engine import EnvironmentField
from pkg_rules.macos_fields import MACOS_FIELDS
from pkg_rules.pkg_config_fields import PKG_CONFIG_FIELDS, NodeExecutablePkgConfigField
from pkg_rules.windows_fields import WINDOWS_FIELDS


class ExecutableMode(Enum):
    """How the program is stored in the executable; `sea` has the virtual file system, `simple` has not."""

    STANDARD = "standard"
    SEA = "sea"
    SIMPLE = "simple"


class NodeExecutableEntryPointField(StringField):
    alias = "entry_point"
    help = help_text(
        """
        The file that Node.js starts with, relative to the directory of the BUILD file, e.g. `src/main.js`.

        It may be CommonJS (`.cjs`, or `.js`) or an ES module (`.mjs`, or `.js` below a `package.json` with
        `"type": "module"`), and it may be the output of a `node_build_script`, e.g. of a bundler. The target that
        owns the file is inferred as a dependency.

        If undefined, it is the `bin` of the `package.json` beside the BUILD file. A `bin` with several commands is
        only taken when one of them bears the package's own name; otherwise the field must say which file is meant.
        """
    )


class NodeExecutableTargetsField(StringSequenceField):
    alias = "targets"
    help = help_text(
        f"""
        For which Node.js version, platform and architecture to build: one executable for each item.

        An item is `<node>-<platform>-<arch>`, e.g. `node24-linux-x64`; parts may be left out (they are then those of
        the machine that builds, and the Node.js of `[node-executables].default_node`) and come in any order. `<node>` is `node24`,
        `node24.21`, an exact `node24.21.0` or `latest`; a range is resolved to the newest version that the lock file
        pins, so that a build never depends on the day. `<platform>` is `linux`, `macos`, `win`, `alpine` or
        `linuxstatic`; `<arch>` is `x64`, `arm64` or `armv7`, on macOS also `universal` for the first two. `host` leaves out all three.

        With several items each file name gets a suffix of the parts in which the items differ, see
        `{OutputPathField.alias}`.

        If undefined, it is the `targets` of the pkg configuration, see `{NodeExecutablePkgConfigField.alias}`, or else
        `[node-executables].default_targets`, which is `["host"]` unless it is set.

        Example: `targets=["node24-linux-x64", "node22-linux-x64"]`.
        """
    )


class NodeExecutableModeField(StringField):
    alias = "mode"
    valid_choices = ExecutableMode
    help = help_text(
        """
        How the program is stored in the executable.

        `sea`: all files of the program, as they are, in a virtual file system below `/snapshot`, together with V8's
        code cache, so that it starts faster than `node main.js`. Sources can be read out of the executable.

        `standard`: like `sea`, but with bytecode in the place of sources: own sources, and those of packages whose licence
        does not make them public, cannot be read out of the executable. Traces have the right lines and columns. See
        `bytecode`, `public` and `public_packages`.

        `simple`: one self-contained CommonJS script and nothing else, as Node.js' own single executable applications
        have it: no virtual file system, `require` knows built-in modules only. The build fails if the entry point
        imports any other file; bundle it first with a `node_build_script`, or use `sea`.

        If undefined, it is `sea`, or what `sea` of the pkg configuration says.
        """
    )


class NodeExecutableBytecodeField(BoolField):
    alias = "bytecode"
    default = True
    help = help_text(
        """
        Whether executables with `mode="standard"` have V8's bytecode in the place of sources.

        Without, they have all sources, and the build fails unless all of them may be read: the program's own by
        `public=True`, each package by its licence or `public_packages`. In other modes the field means nothing.
        """
    )


class NodeExecutableFallbackToSourceField(BoolField):
    alias = "fallback_to_source"
    default = False
    help = help_text(
        """
        What to do in `mode="standard"` with files of which no bytecode can be made: those that do not parse,
        TypeScript with more in it than types, JSX, and all of them if nothing at hand can run the Node.js of the target.

        If true, just these are in the executable with their source, and the build names them; otherwise it fails.
        """
    )


class NodeExecutablePublicField(BoolField):
    alias = "public"
    default = False
    help = help_text(
        """
        Whether the program's own sources may be read out of an executable with `mode="standard"`. They are then in it, next
        to V8's code cache.
        """
    )


class NodeExecutablePublicPackagesField(StringSequenceField):
    alias = "public_packages"
    default = ()
    value: tuple[str, ...]
    help = help_text(
        """
        Names of packages whose sources may be read out of an executable with `mode="standard"`, or `["*"]` for all.

        Packages that are not `private` and have a licence under which everybody may have the source are public without
        being named. The build says of each package whether it is there as bytecode only or with its source, and why.
        """
    )


class NodeExecutableOptionsField(StringSequenceField):
    alias = "options"
    help = help_text(
        """
        Options of Node.js and V8 that the program always runs with, with or without their dashes.

        Each option is one item, its value after a `=`. They are in `process.execArgv`, as after
        `node --expose-gc main.js`, and children and workers of the program have them too. An option that the Node.js of
        one of the `targets` does not know fails the build, and so do those that make no sense in an executable, such as
        `--eval`, `--inspect` or `--require`. Node.js 22.20, 24.8 or newer is needed.

        If undefined, they are the `options` of the pkg configuration, if it has any; `[]` means none.

        Example: `options=["--expose-gc", "max-old-space-size=4096"]`.
        """
    )


class NodeOptionsEnvVar(Enum):
    """What the environment variable NODE_OPTIONS means to the executable."""

    HONOUR = "honour"
    IGNORE = "ignore"


class NodeExecutableNodeOptionsEnvVarField(StringField):
    alias = "node_options_env_var"
    valid_choices = NodeOptionsEnvVar
    help = help_text(
        f"""
        What the environment variable `NODE_OPTIONS` means to the program, wherever it runs.

        `{NodeOptionsEnvVar.HONOUR.value}`: the same as to `node`. Whoever starts the program can debug it with
        `NODE_OPTIONS=--inspect`, give it more memory, or load code into it.

        `{NodeOptionsEnvVar.IGNORE.value}`: nothing. It stays in `process.env`, so that a real `node` which the program
        starts still finds it. The program cannot give its own children options of Node.js either (`execArgv` of `fork`),
        except those that are in `{NodeExecutableOptionsField.alias}`: such a child ends with an error that says so.
        Node.js 22.20, 24.8 or newer is needed.

        If undefined, it is honoured where sources can be read out of the executable anyway (`mode="sea"` and
        `mode="simple"`), and otherwise ignored (`mode="standard"`).
        """
    )

    def ignores(self, mode: ExecutableMode) -> bool:
        if self.value is not None:
            return NodeOptionsEnvVar(self.value) == NodeOptionsEnvVar.IGNORE
        return mode not in (ExecutableMode.SEA, ExecutableMode.SIMPLE)


class NodeExecutableCompressField(StringField):
    alias = "compress"
    valid_choices = ("none", "gzip", "brotli", "zstd")
    help = help_text(
        """
        How the files of the program and their code cache are compressed inside the executable. Node.js itself, which
        is the larger part of most executables, is not compressed. If undefined, they are not compressed either (`none`).

        `zstd` makes files about as small as `brotli` and is the quickest to read; it needs Node.js 22.15 or newer.
        `gzip` makes them somewhat larger. Files are decompressed when they are used, not all at the start. What does
        not get smaller, e.g. pictures, is kept as it is.

        See also `compress_level`. Not for `mode="simple"`, which has no files.
        """
    )


class NodeExecutableCompressLevelField(IntField):
    alias = "compress_level"
    help = help_text(
        f"""
        How hard to compress: 1 to 9 for `gzip` (6 if undefined), 0 to 11 for `brotli` (9), 1 to 22 for `zstd` (12).

        Higher levels take longer to build, and hardly longer to start. Only with `{NodeExecutableCompressField.alias}`.
        """
    )


class NodeExecutableDebugField(TriBoolField):
    alias = "debug"
    help = help_text(
        """
        Whether the executable shows what is in it when the environment variable `DEBUG_PKG` is set: `1` lists its
        files, links and sizes on stderr before the program starts, `2` also each use of `fs`.

        Leave it off for what you give to others: then the variable does nothing, and nobody can change by it what
        the program prints. To look into any executable without running it, use the `inspect-executable` goal.
        """
    )


class NodeExecutableStartUpRunsField(StringSequenceField):
    alias = "start_up_runs"
    default = ()
    value: tuple[str, ...]
    help = help_text(
        """
        Runs of the program that the build does, to learn which functions it needs at the start: their compiled code is then
        in the executable too, and it starts faster.

        An item is what one would type after the name of the program, e.g. `--version`; `""` is a run without arguments.
        Variables of the environment may come first: `PORT=0 serve`. It has to end with exit code 0, or to wait for
        something: a service is ended once it has had nothing to do for a second. Runs take place under the plain Node.js,
        in a sandbox with the files of the program, in the directory of the BUILD file.

        They are cached, and done again when a file of the program changed. Runs that call other functions each time make
        executables with other bytes, so choose some that do not, and do not depend on a network.

        Only for what has its source in the executable: all with `mode="sea"`, with `mode="standard"` what is public.

        Example: `start_up_runs=["--version", "lint examples"]`.
        """
    )


class NodeExecutableDependenciesField(Dependencies):
    help = help_text(
        """
        Addresses of what the program needs beside what is inferred, e.g. `[":templates"]`.

        Inferred are: the owner of the entry point and, from there, every file and package that the sources import
        with a literal name, and every file that they name like `path.join(__dirname, "page.html")` or
        `new URL("./worker.js", import.meta.url)`. To be named here are other files that are opened at run time, e.g. whole
        directories (`files` and `resources` targets), modules that are loaded by a computed name, and
        `node_build_script`s whose output is used.

        Use `!` to leave out something that was inferred, e.g. `["!:dev_server"]`, and `!!` to leave it out
        transitively.
        """
    )
    supports_transitive_excludes = True


class NodeExecutableStrictAssetsField(BoolField):
    alias = "strict_assets"
    default = False
    help = help_text(
        """
        Whether it is an error that sources name a file by a literal path, which exists, but is not part of the program.

        Such paths are `path.join(__dirname, "views")` and `new URL("./query.sql", import.meta.url)`. If a target owns
        exactly that file it is inferred as a dependency. Otherwise, e.g. for a directory, there is a warning that names
        file and line and says what to write; with this field it is an error.
        """
    )


class NodeExecutableOutputPathField(OutputPathField):
    # Pants has no default in some versions and a template in others; here it is one thing to say nothing.
    default = None
    help = help_text(
        f"""
        Where the executable is written, below the `--distdir` (`dist/`).

        It may have placeholders: `{{spec_path_normalized}}` is the path of the BUILD file with dots for slashes, `{{name}}`
        the name of the target, and of what it is built for `{{node}}` is e.g. `node24`, `{{version}}` e.g. `24.21.0`,
        `{{platform}}` and `{{arch}}` are as in `{NodeExecutableTargetsField.alias}`. `{{extension}}` at the end, which is
        `.exe` or nothing, need not be written: names of executables for Windows end in `.exe` in any case.

        With several `{NodeExecutableTargetsField.alias}` and no placeholder for what they differ in, the name is followed by
        that: `bin-linux-x64`, `bin-win-x64.exe`. Two items that would be written to the same file are an error.

        If undefined, it is `{DEFAULT_TEMPLATE}`: `src.js.app/bin` for `src/js/app:bin`. An `outputPath` in the pkg
        configuration (see `{NodeExecutablePkgConfigField.alias}`) puts a directory before the last part of that.

        Example: `output_path="release/{{platform}}-{{arch}}/{{name}}"`.

        When running `{bin_name()} package`, this path will be prefixed by `--distdir` (e.g. `dist/`).
        """
    )

    @classmethod
    def compute_value(cls, raw_value: str | None, address: Address) -> str | None:
        value = super().compute_value(raw_value, address)
        if value is not None:
            try:
                check_template(value)
            except OutputTemplateError as error:
                raise InvalidFieldException(
                    f"The `{cls.alias}` field of {address} is `{value}`, which {error}"
                ) from error
        return value


class NodeExecutableTarget(Target):
    alias = "node_executable"
    core_fields = (
        *COMMON_TARGET_FIELDS,
        NodeExecutableEntryPointField,
        NodeExecutableTargetsField,
        NodeExecutableModeField,
        NodeExecutableBytecodeField,
        NodeExecutableFallbackToSourceField,
        NodeExecutablePublicField,
        NodeExecutablePublicPackagesField,
        NodeExecutableOptionsField,
        NodeExecutableNodeOptionsEnvVarField,
        NodeExecutableCompressField,
        NodeExecutableCompressLevelField,
        NodeExecutableDebugField,
        NodeExecutableStartUpRunsField,
        NodeExecutableDependenciesField,
        NodeExecutableStrictAssetsField,
        NodeExecutableOutputPathField,
        *PKG_CONFIG_FIELDS,
        *WINDOWS_FIELDS,
        RestartableField,
        EnvironmentField,
        *MACOS_FIELDS,
        *BASE_BINARY_FIELDS,
    )
    help = help_text(
        f"""
        A Node.js program as a single executable file, one for each platform in `targets`.

        The executable holds an unmodified official Node.js and the files of the program: the sources that the entry
        point reaches, the third-party packages that those sources reach (production dependencies only, in the
        versions of the lock file), and the `files` and `resources` it depends on. Inside they are found below
        `/snapshot`, at their path relative to the build root.

        Example:

            package_json(name="pkg")
            javascript_sources(name="src", sources=["src/**/*.js"])
            node_executable(
                name="bin",
                entry_point="src/main.js",
                targets=["node24-linux-x64"],
            )

        Build it with `{bin_name()} package path/to:bin`, run it with `{bin_name()} run path/to:bin -- arguments`.
        """
    )
