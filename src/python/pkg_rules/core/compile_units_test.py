from __future__ import annotations

from pkg_rules.core.compile_units import (
    OWN_BYTECODE_EXTENSIONS,
    CompileUnit,
    directory_groups,
    first_party_units,
)


def test_a_small_program_is_one_unit_at_its_deepest_common_directory() -> None:
    assert first_party_units(["app/src/b.js", "app/src/lib/a.js", "app/src/page.html"]) == (
        CompileUnit("app/src", ("app/src/b.js", "app/src/lib/a.js")),
    )


def test_a_large_directory_is_split_from_those_below_it() -> None:
    paths = ["app/package.json", "app/a.js", "app/b.js", "app/x/c.js", "app/y/d.js", "app/y/e.js"]
    assert first_party_units(paths, limit=2) == (
        CompileUnit("app", ("app/a.js", "app/b.js", "app/package.json")),
        CompileUnit("app", ("app/package.json", "app/x/c.js")),
        CompileUnit("app", ("app/package.json", "app/y/d.js", "app/y/e.js")),
    )


def test_a_part_has_the_package_json_that_says_what_its_scripts_are() -> None:
    paths = [
        "package.json",
        "a/package.json",
        "a/b/c/x.js",
        "a/b/node_modules/p/y.js",
        "d/z.js",
    ]
    assert first_party_units(paths, limit=1) == (
        CompileUnit("", ("d/z.js", "package.json")),
        CompileUnit("a", ("a/b/c/x.js", "a/package.json")),
        CompileUnit("a/b/node_modules/p", ("a/b/node_modules/p/y.js",)),
    )


def test_files_of_one_directory_stay_together_however_many_they_are() -> None:
    paths = [f"app/{number}.js" for number in range(10)]
    assert [unit.directory for unit in first_party_units(paths, limit=3)] == ["app"]


def test_the_order_of_the_paths_does_not_matter() -> None:
    paths = [f"app/{number % 7}/{number}.cjs" for number in range(50)]
    assert first_party_units(paths, limit=5) == first_party_units(reversed(paths), limit=5)


def test_a_program_without_scripts_has_no_units() -> None:
    assert first_party_units(["app/package.json", "app/main.ts", "app/data.json"]) == ()


def test_typescript_counts_where_it_becomes_bytecode() -> None:
    paths = ["app/package.json", "app/main.ts", "app/a.mts", "app/types.d.ts", "app/view.tsx"]
    assert first_party_units(paths, extensions=OWN_BYTECODE_EXTENSIONS) == (
        CompileUnit("app", ("app/a.mts", "app/main.ts", "app/package.json")),
    )


def test_groups_hold_every_file_once() -> None:
    paths = [f"app/{n % 5}/{n % 3}/{n}.txt" for n in range(100)] + ["app/a.txt", "b.txt"]
    groups = list(directory_groups(paths, limit=10))
    assert sorted(path for group in groups for path in group) == sorted(paths)
    assert len(groups) > 5 and max(map(len, groups)) <= 10


def test_there_is_no_group_of_nothing() -> None:
    assert list(directory_groups([], limit=10)) == []
