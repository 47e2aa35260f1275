"""What options may be baked into an executable, and what is said of those that may not."""

from __future__ import annotations

import pytest

from pkg_rules.core.baked_options import (
    BakedOptionsError,
    baked_options,
    check_can_have_options,
    rejected_options,
)

ORIGIN = "The `options` field of app:bin"


def test_dashes_may_be_left_out() -> None:
    given = ("expose-gc", "--max_old_space_size=4096", "tls-min-v1.0", "--conditions=a", "no-warnings")
    assert baked_options(ORIGIN, given) == (
        "--expose-gc",
        "--max_old_space_size=4096",
        "--tls-min-v1.0",
        "--conditions=a",
        "--no-warnings",
    )


@pytest.mark.parametrize(
    ("option", "reason"),
    [
        ("--eval=1", "it makes Node.js do something else than run the program"),
        ("v8_options", "it makes Node.js do something else than run the program"),
        ("-p", "it makes Node.js do something else than run the program"),
        ("inspect-brk=0", "the debugger would be open, or waited for"),
        ("--require=./x.js", "before the files of the program are there"),
        ("env-file=.env", "call `process.loadEnvFile()` in the program"),
        ("--permission", "keep the executable from reading its own files"),
    ],
)
def test_options_that_make_no_sense_in_an_executable(option: str, reason: str) -> None:
    with pytest.raises(BakedOptionsError) as raised:
        baked_options(ORIGIN, ("--expose-gc", option))
    message = str(raised.value)
    shown = option if option.startswith("-") else f"--{option}"
    assert message.startswith(
        f"The `options` field of app:bin has the option `{shown}`, which cannot be baked into an executable: "
    )
    assert reason in message


@pytest.mark.parametrize("item", ["", "--", "-", "--=5"])
def test_items_that_are_no_options(item: str) -> None:
    with pytest.raises(BakedOptionsError, match="^The `options` field of app:bin has the item `"):
        baked_options(ORIGIN, (item,))


@pytest.mark.parametrize("version", ["22.20.0", "22.23.2", "24.8.0", "24.21.0", "25.0.0", "26.10.0"])
def test_versions_whose_executables_have_options(version: str) -> None:
    check_can_have_options(ORIGIN, version)


@pytest.mark.parametrize("version", ["20.19.0", "22.19.9", "23.11.0", "24.0.0", "24.7.0"])
def test_versions_whose_executables_have_none(version: str) -> None:
    with pytest.raises(BakedOptionsError) as raised:
        check_can_have_options(ORIGIN, version)
    assert str(raised.value) == (
        f"The `options` field of app:bin needs a newer Node.js than {version}, whose executables cannot have options of "
        "their own: 22.20.0, 24.8.0, or anything newer on these lines and on later ones. Ask for one of those in "
        "`targets`."
    )


def test_what_node_said_is_shown() -> None:
    error = rejected_options(ORIGIN, [("--foo", "bad option: --foo")], "24.21.0")
    assert str(error) == (
        "The `options` field of app:bin has options that Node.js 24.21.0 does not accept:\n"
        "  * `--foo`: bad option: --foo\n"
        "Each option is one item of the list, its value after a `=`. `node --help` and `node --v8-options` list what "
        "that version knows."
    )
