"""The fields of `node_executable` that have to do with pkg's configuration: where it is, and its hooks."""

from __future__ import annotations

from pants.engine.target import SpecialCasedDependencies, StringField, StringSequenceField
from pants.util.strutil import help_text


class NodeExecutablePkgConfigField(StringField):
    alias = "pkg_config"
    help = help_text(
        """
        The file with the configuration of [pkg](https://github.com/yao-pkg/pkg) that counts for this executable, relative
        to the directory of the BUILD file, or `none` for no configuration.

        If undefined, it is the first that exists beside the BUILD file of `.pkgrc`, `.pkgrc.json`, `pkg.config.json`,
        `pkg.config.js`, `pkg.config.cjs`, `pkg.config.mjs`, and the `pkg` block of the `package.json` there.

        Its `scripts` and `assets` become dependencies: the targets that own the files. Its `ignore`, `patches`,
        `dictionary`, `deployFiles`, `targets`, `outputPath`, `preBuild`, `postBuild` and `transform` are followed too; a
        field of this target that says the same comes first. What each key means is in
        `docs/guide/migrating-from-pkg.md`.
        """
    )


class NodeExecutablePreBuildField(StringField):
    alias = "pre_build"
    help = help_text(
        """
        A shell command that is run once before the files of the program are collected, in the directory of the BUILD
        file, e.g. `npm run generate`.

        It runs in a sandbox that has the program's own files, the `hook_dependencies`, all installed packages (those for
        development too), the pinned Node.js and the project's package manager. Only what `pre_build_outputs` names
        is taken from it.

        For a step of its own, such as a bundler, a `node_build_script` is the better choice: it runs only when its own
        inputs change.

        If undefined, it is the `preBuild` of the pkg configuration; an empty text means none.
        """
    )


class NodeExecutablePreBuildOutputsField(StringSequenceField):
    alias = "pre_build_outputs"
    help = help_text(
        """
        The files and directories that the `pre_build` hook writes, relative to the directory of the BUILD file, e.g.
        `["src/version.json", "dist"]`. They become part of the program, in place of files of the same name.

        Has to be set if there is such a hook, if need be to `[]`: then only its success counts.
        """
    )


class NodeExecutableTransformField(StringField):
    alias = "transform"
    help = help_text(
        """
        A JavaScript file, relative to the directory of the BUILD file, whose export is a function that may change each
        file of the program: `(file, contents) => string | Buffer | undefined`, also as a promise.

        `file` is the path in the sandbox, below the build root; `contents` is a string for `.js`, `.cjs`, `.mjs` and
        `.json`, and a Buffer for others. `undefined` leaves the file as it is. It is called for all files of the program
        and its packages, after `patches`, and has to give the same result each time.

        If undefined, it is the `transform` function of the pkg configuration; an empty text means none.
        """
    )


class NodeExecutablePostBuildField(StringField):
    alias = "post_build"
    help = help_text(
        """
        A shell command that is run for each finished executable, in the directory of the BUILD file. `PKG_OUTPUT` is
        the path of the executable, e.g. `sha256sum "$PKG_OUTPUT" > "$PKG_OUTPUT.sha256"`.

        It runs in a sandbox that has the `hook_dependencies`, all installed packages, the pinned Node.js and the project's
        package manager. What it writes into the executable's directory is written beside it; anything else that it does is
        lost. It may change the executable, e.g. sign it; the build fails if that would not start after it, its payload cannot be
        read, or a signature that is there, such as that of executables for macOS, does not hold any more.

        If undefined, it is the `postBuild` of the pkg configuration; an empty text means none.
        """
    )


class NodeExecutableHookDependenciesField(SpecialCasedDependencies):
    alias = "hook_dependencies"
    help = help_text(
        """
        Addresses of what `pre_build`, `transform` and `post_build` need beside the program, e.g. their scripts:
        `[":tools"]`. These files and what they import are in the sandbox of the hooks and not part of the program.
        """
    )


PKG_CONFIG_FIELDS = (
    NodeExecutablePkgConfigField,
    NodeExecutablePreBuildField,
    NodeExecutablePreBuildOutputsField,
    NodeExecutableTransformField,
    NodeExecutablePostBuildField,
    NodeExecutableHookDependenciesField,
)
