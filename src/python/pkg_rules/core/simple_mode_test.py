from __future__ import annotations

import pytest

from pkg_rules.core.simple_mode import NotSelfContainedError, check_is_self_contained


def test_a_script_without_imports_is_fine() -> None:
    check_is_self_contained("//app:bin", "app/main.js", False, [])


def test_imports_are_listed_and_the_way_out_is_named() -> None:
    with pytest.raises(NotSelfContainedError) as caught:
        check_is_self_contained("//app:bin", "app/main.js", False, ["./b", "./a", "./b"])
    assert str(caught.value) == (
        '//app:bin has `mode="simple"`, but its entry point `app/main.js` imports more than built-in modules:\n'
        "  * `./a`\n"
        "  * `./b`\n"
        "Such an executable holds one script and no other file. Bundle the program into one file first (a "
        '`node_build_script`), or use `mode="sea"`, which holds all files.'
    )


def test_long_lists_are_cut() -> None:
    with pytest.raises(NotSelfContainedError, match="and 5 more"):
        check_is_self_contained("//app:bin", "main.js", False, [f"./{n}" for n in range(15)])


def test_an_es_module_is_refused() -> None:
    with pytest.raises(NotSelfContainedError, match="is an ES module"):
        check_is_self_contained("//app:bin", "main.mjs", True, [])


@pytest.mark.parametrize("entry_point", ["main.ts", "main.cts", "main.mts"])
def test_typescript_is_refused(entry_point: str) -> None:
    with pytest.raises(NotSelfContainedError, match="is TypeScript"):
        check_is_self_contained("//app:bin", entry_point, False, [])
