from __future__ import annotations

from pkg_rules.testutil.masks import masked

UNCAUGHT = """\
/home/me/repo/app/fail.js:8
  throw new GreetingError('no');
  ^

GreetingError: no
    at explode (/home/me/repo/app/fail.js:8:9)
    ... 7 lines matching cause stack trace ...
    at wrapModuleLoad (node:internal/modules/cjs/loader:261:19) {
  [cause]: RangeError: too polite
      at explode (/home/me/repo/app/fail.js:8:63)
      at Module._compile (node:internal/modules/cjs/loader:1929:14)
      at node:internal/main/run_main_module:33:47
}

Node.js v24.21.0
"""


def test_frames_of_node_are_left_out_and_the_rest_stays() -> None:
    assert masked(UNCAUGHT, "/home/me/repo") == """\
/snapshot/app/fail.js:8
  throw new GreetingError('no');
  ^

GreetingError: no
    at explode (/snapshot/app/fail.js:8:9)
    ... lines matching cause stack trace ... {
  [cause]: RangeError: too polite
      at explode (/snapshot/app/fail.js:8:63)
}

Node.js v24.21.0
"""


def test_the_line_of_node_that_threw_is_masked_only_at_the_start() -> None:
    thrown = "node:fs:621\n  return binding.open(\n                 ^\n\nError: ENOENT: no such file\n"
    assert masked(thrown, "/r") == "<Node.js>\n\nError: ENOENT: no such file\n"
    assert masked("x\n" + thrown, "/r") == "x\n" + thrown


def test_urls_of_files_are_moved_with_the_root() -> None:
    assert masked("at file:///r/app/main.mjs:1:2", "/r") == "at file:///snapshot/app/main.mjs:1:2"


def test_text_of_an_executable_has_no_root_to_move() -> None:
    assert masked("at /snapshot/app/main.js:1:2\n", "") == "at /snapshot/app/main.js:1:2\n"
