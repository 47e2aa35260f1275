"""What globs, patterns and lists of files stand for in a repository and its installed packages."""

from __future__ import annotations

import pytest

from pkg_rules.core.npm.installed import InstalledPackage
from pkg_rules.core.npm.package_json import PackageJson
from pkg_rules.core.pkg_config.deployed import deployments, placed
from pkg_rules.core.pkg_config.errors import PkgConfigError
from pkg_rules.core.pkg_config.file_globs import FileGlobs
from pkg_rules.core.pkg_config.matched_files import MatchedFiles, UnownedFilesError, match_files
from pkg_rules.core.pkg_config.model import (
    DeployFile,
    FilePatches,
    PackageFiles,
    PkgConfig,
    TextPatch,
)
from pkg_rules.core.pkg_config.package_globs import InstalledFiles, added_files
from pkg_rules.core.pkg_config.patches import PatchError
from pkg_rules.core.pkg_config.program import left_out, patched_files, useless_patterns
from pkg_rules.core.trace.file_view import TreeView

PATH = "app/package.json"


def matched(*globs: str, owned: tuple[str, ...], unowned: tuple[str, ...] = (), **outputs: list[str]) -> MatchedFiles:
    return match_files(
        FileGlobs.parse(globs, "app", PATH),
        owned,
        [*owned, *unowned],
        {path.replace("__", "/"): names for path, names in outputs.items()},
    )


def test_globs_are_relative_to_the_configuration_and_directories_mean_what_is_below() -> None:
    files = ("app/views/a.html", "app/views/.b/c", "app/x.js", "views/a.html", "lib/y.js")
    assert matched("views", owned=files).owned == ("app/views/.b/c", "app/views/a.html")
    assert matched("./x.js", "../lib/*.js", owned=files).owned == ("app/x.js", "lib/y.js")
    assert matched("/views/*", owned=files).owned == ("app/views/a.html",)
    assert matched("**/*", "!views", "!*.js", owned=files).owned == ()
    assert matched(".", owned=files).owned == ("app/views/.b/c", "app/views/a.html", "app/x.js")


def test_a_directory_whose_name_is_a_glob_itself() -> None:
    globs = FileGlobs.parse(["*.js"], "app/[id]", "app/[id]/package.json")
    assert match_files(globs, (), ["app/[id]/a.js", "app/i/a.js"], {}).unowned == (("*.js", "app/[id]/a.js"),)


def test_files_without_a_target_and_globs_without_a_file() -> None:
    found = matched(
        "*", "data/**", "node_modules/x/**", owned=("app/a.js",), unowned=("app/b.txt", "app/BUILD", "app/package-lock.json", "app/.pkgrc")
    )
    assert found.owned == ("app/a.js",)
    assert found.unowned == (("*", "app/b.txt"),)
    assert found.unmatched == ("data/**",)


def test_outputs_of_build_scripts() -> None:
    assert matched("dist/**", owned=(), app__dist=["app:build"]) == MatchedFiles((), (), ("app:build",), ())
    assert matched("dist/assets/*.png", owned=(), app__dist=["app:build"]).writers == ("app:build",)
    assert matched("**/*.js", owned=(), app__dist=["app:build"]).unmatched == ("**/*.js",)
    assert matched("src/*.json", owned=(), **{"app__src__v.json": ["app:bin"]}).writers == ("app:bin",)


def test_the_error_says_which_target_to_add() -> None:
    message = str(UnownedFilesError("app:bin", PATH, [("v/**", "app/v/a.html"), ("v/**", "app/v/b.html"), ("x", "app/x")]))
    assert "`app:bin` cannot be packaged" in message
    assert "  * `app/v/a.html` (`v/**`)" in message
    assert 'in `app/BUILD`:\n\n  files(name="pkg_files", sources=["v/*", "x"])' in message


@pytest.mark.parametrize("glob", ["../../x", "!", ""])
def test_globs_that_lead_out(glob: str) -> None:
    with pytest.raises(PkgConfigError, match="leads out of the repository"):
        FileGlobs.parse([glob], "app", PATH)


MS = InstalledPackage("ms", "2.1.3", "app/node_modules/ms")


def test_ignore_is_about_whole_paths_and_not_about_hidden_names() -> None:
    config = PkgConfig(PATH, ignore=("**/*.md", "*.txt", "**/test/**"))
    files = ["app/a.md", "app/.b/c.md", "app/d.txt", "app/node_modules/x/test/e.js", "app/main.js"]
    found = left_out(config, files, "app/main.js")
    assert found == {"app/a.md": "**/*.md", "app/node_modules/x/test/e.js": "**/test/**"}
    (warning,) = useless_patterns(config, set(found.values()))
    assert "`*.txt`" in warning and "did you mean `**/*.txt`?" in warning


def test_the_entry_point_cannot_be_left_out() -> None:
    with pytest.raises(PkgConfigError, match="leaves out the entry point `app/main.js`"):
        left_out(PkgConfig(PATH, ignore=("**/*.js",)), ["app/main.js"], "app/main.js")


def test_patches_of_files_and_of_packages() -> None:
    patches = (TextPatch("a", "b"),)
    config = PkgConfig(
        PATH,
        files=PackageFiles(patches=(FilePatches("./lib/x.js", patches), FilePatches("node_modules/ms/y.js", patches))),
        dictionary=(("ms", PackageFiles(patches=(FilePatches("index.js", patches),))), ("absent", PackageFiles())),
    )
    files = {"app/lib/x.js", "app/node_modules/ms/y.js", "app/node_modules/ms/index.js"}
    found = patched_files(config, [MS], files, lambda path: path)
    assert [one.path for one in found] == ["app/lib/x.js", "app/node_modules/ms/y.js", "app/node_modules/ms/index.js"]
    assert found[2].origin == "the pkg configuration in `app/package.json` for the package `ms` 2.1.3 (key `dictionary`)"
    with pytest.raises(PatchError, match="is for `app/lib/x.js`, which is no file of the program"):
        patched_files(config, [MS], files - {"app/lib/x.js"}, lambda path: path)


INSTALLED = {
    "app/node_modules/a/package.json": '{"name": "a", "version": "1", "dependencies": {"b": "1"}}',
    "app/node_modules/a/index.js": "",
    "app/node_modules/a/data/x.bin": "",
    "app/node_modules/a/data/y.bin": "",
    "app/node_modules/b/package.json": '{"name": "b", "version": "1"}',
    "app/node_modules/b/index.js": "",
}


def installed(files: dict[str, str], links: dict[str, str]) -> InstalledFiles:
    packages = [PackageJson(path, text.encode()) for path, text in files.items() if path.endswith("/package.json")]
    return InstalledFiles(TreeView(files, packages, links), tuple(files), links)


def test_data_of_a_package_comes_alone_and_code_with_all_that_it_needs() -> None:
    tree = installed(INSTALLED, {})
    data = added_files(PkgConfig(PATH, files=PackageFiles(assets=("node_modules/a/data/x*",))), [], tree)
    assert data.paths == ("app/node_modules/a/data/x.bin", "app/node_modules/a/package.json")
    assert data.packages == ()
    code = added_files(PkgConfig(PATH, files=PackageFiles(scripts=("node_modules/a/*.js",))), [], tree)
    assert code.paths == tuple(sorted(INSTALLED))
    assert [package.name for package in code.packages] == ["a", "b"]
    none = added_files(PkgConfig(PATH, files=PackageFiles(assets=("node_modules/dev/*",))), [], tree)
    assert none.unmatched == (("assets", "node_modules/dev/*"),)


def test_packages_behind_links() -> None:
    store = "app/node_modules/.pnpm/a@1/node_modules"
    files = {path.replace("app/node_modules", store): text for path, text in INSTALLED.items()}
    links = {"app/node_modules/a": f"{store}/a"}
    tree = installed(files, links)
    data = added_files(PkgConfig(PATH, files=PackageFiles(assets=("node_modules/a/data/*",))), [], tree)
    assert data.paths == (
        f"{store}/a/data/x.bin",
        f"{store}/a/data/y.bin",
        f"{store}/a/package.json",
        "app/node_modules/a",
    )
    code = added_files(PkgConfig(PATH, files=PackageFiles(scripts=("node_modules/a/index.js",))), [], tree)
    assert "app/node_modules/a" in code.paths and f"{store}/b/index.js" in code.paths


def test_files_of_a_dictionary_may_lie_in_other_packages() -> None:
    config = PkgConfig(PATH, dictionary=(("b", PackageFiles(assets=("../a/data/*",))),))
    b = InstalledPackage("b", "1", "app/node_modules/b")
    assert "app/node_modules/a/data/y.bin" in added_files(config, [b], installed(INSTALLED, {})).paths


def test_files_beside_the_executable() -> None:
    config = PkgConfig(
        PATH,
        files=PackageFiles(deploy_files=(DeployFile("c.json", "etc/c.json", False), DeployFile("p", "p", True))),
        dictionary=(("ms", PackageFiles(deploy_files=(DeployFile("x.bin", "x.bin", False),))),),
    )
    files = ["app/c.json", "app/p/a", "app/p/b/c", "app/node_modules/ms/x.bin"]
    assert placed(deployments(config, [MS]), files, {}) == {
        "etc/c.json": "app/c.json",
        "p/a": "app/p/a",
        "p/b/c": "app/p/b/c",
        "x.bin": "app/node_modules/ms/x.bin",
    }


@pytest.mark.parametrize(
    "file, words",
    [
        (DeployFile("gone", "x", False), "names `app/gone`, but there is no such file"),
        (DeployFile("gone", "x", True), "names `app/gone`, but there is no such directory with files"),
        (DeployFile("p", "x", False), 'A directory needs `"directory"` as a third item'),
        (DeployFile("p/a", "../x", False), "leads out of"),
        (DeployFile("../../p", "x", False), "leads out of"),
        (DeployFile("p/a", ".", False), "leads out of"),
    ],
)
def test_files_that_cannot_lie_there(file: DeployFile, words: str) -> None:
    config = PkgConfig(PATH, files=PackageFiles(deploy_files=(file,)))
    with pytest.raises(PkgConfigError) as raised:
        placed(deployments(config, []), ["app/p/a"], {})
    assert words in str(raised.value)


def test_two_files_at_one_place() -> None:
    config = PkgConfig(PATH, files=PackageFiles(deploy_files=(DeployFile("a", "x", False), DeployFile("b", "x", False))))
    with pytest.raises(PkgConfigError, match="puts both `app/a` and `app/b` at `x`"):
        placed(deployments(config, []), ["app/a", "app/b"], {})
