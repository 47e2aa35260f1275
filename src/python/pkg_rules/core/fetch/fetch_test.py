"""Fetches from a server that misbehaves in each way that real ones do."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import socket
import tarfile
import zipfile
from pathlib import Path
from typing import Callable, Iterator

import pytest

from pkg_rules.core.fetch.errors import (
    FetchError,
    NotFoundError,
    NotPinnedContentError,
    OfflineError,
    TruncatedError,
    WrongHashError,
)
from pkg_rules.core.fetch.fetch import Fetcher
from pkg_rules.core.fetch.locate import Locator, Surroundings
from pkg_rules.core.fetch.transfer import Patience
from pkg_rules.core.node_lock import PinnedEntry, PinnedFile, Source
from pkg_rules.core.testutil.misbehaving_server import (
    Served,
    breaks_off,
    fails,
    ignores_ranges,
    misbehaving_server,
    redirects,
    resets,
    stalls,
)

CONTENT = bytes(range(256)) * 1000
FILE = "/tool.tgz"


def archive(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(content), 0o755
            tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


PACKAGE = archive({"package/data": CONTENT, "package/bin/tool.js": b"tool"})


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with misbehaving_server() as server:
        server.files[FILE] = PACKAGE
        yield server


class Bench:
    def __init__(self, folder: Path, served: Served) -> None:
        self.cache, self.out, self.log = folder / "cache", folder / "out", list[str]()
        self.served = served

    def fetch(self, entry: PinnedEntry) -> None:
        surroundings = Surroundings(
            # Nothing of this machine's configuration takes part; there is no npm client on this path.
            env={
                "PATH": "",
                "npm_config_registry": self.served.url,
                "npm_config_userconfig": str(self.cache / "none"),
            },
            project_npmrc=self.cache / "none",
            dist_url=f"{self.served.url}/dist",
            python_indexes=[f"{self.served.url}/simple"],
            python_indexes_are_default=False,
            patience=Patience(stall_seconds=0.3, attempts=3, first_pause_seconds=0.01),
            log=self.log.append,
        )
        Fetcher(Locator(surroundings), self.cache, self.log.append).fetch(entry, self.out)

    def entry(self, content: bytes = PACKAGE, path: str = FILE, size: int = 0) -> PinnedEntry:
        source = Source(
            "url",
            path=f"{self.served.url}{path}",
            sha256=hashlib.sha256(content).hexdigest(),
            size=size or len(content),
        )
        return PinnedEntry("package", "tool", "1.0.0", (source,))

    def partial(self, content: bytes, pinned: bytes = PACKAGE) -> Path:
        self.cache.mkdir(exist_ok=True)
        part = self.cache / f"{hashlib.sha256(pinned).hexdigest()}.part"
        part.write_bytes(content)
        return part

    def assert_fetched(self) -> None:
        assert (self.out / "data").read_bytes() == CONTENT
        assert (self.out / "bin/tool.js").read_bytes() == b"tool"
        assert not list(self.cache.glob("*.part"))

    def ranges(self) -> list[str]:
        return [headers.get("Range", "") for path, headers in self.served.requests if path == FILE]


@pytest.fixture
def bench(tmp_path: Path, served: Served) -> Bench:
    return Bench(tmp_path, served)


@pytest.mark.parametrize(
    ("misdeeds", "ranges"),
    [
        ([], [""]),
        ([fails(500), fails(503)], ["", "", ""]),
        ([fails(429)], ["", ""]),
        ([resets, resets], ["", "", ""]),
        ([breaks_off(PACKAGE, 100), breaks_off(PACKAGE, 50)], ["", "bytes=100-", "bytes=150-"]),
        ([stalls(PACKAGE, 70)], ["", "bytes=70-"]),
        ([breaks_off(PACKAGE, 100), ignores_ranges(PACKAGE)], ["", "bytes=100-"]),
        # Attempts that bring something do not count against the limit of three.
        ([breaks_off(PACKAGE, 10)] * 8, ["", *(f"bytes={n}0-" for n in range(1, 9))]),
    ],
    ids=["well", "5xx", "429", "reset", "truncated", "stall", "no-ranges", "progress"],
)
def test_trouble_that_passes_is_overcome(
    bench: Bench, misdeeds: list, ranges: list[str]
) -> None:
    bench.served.misdeeds[FILE] = list(misdeeds)
    bench.fetch(bench.entry())
    bench.assert_fetched()
    assert bench.ranges() == ranges


def test_a_partial_download_of_an_earlier_build_is_continued(bench: Bench) -> None:
    bench.partial(PACKAGE[:200])
    bench.fetch(bench.entry())
    bench.assert_fetched()
    assert bench.ranges() == ["bytes=200-"]


def test_a_complete_download_of_an_earlier_build_is_not_repeated(bench: Bench) -> None:
    bench.partial(PACKAGE)
    bench.fetch(bench.entry())
    bench.assert_fetched()
    assert bench.ranges() == []


def test_a_partial_download_of_something_else_is_given_up(bench: Bench) -> None:
    bench.partial(b"x" * 200)
    bench.fetch(bench.entry())
    bench.assert_fetched()
    assert bench.ranges() == ["bytes=200-", ""]


def test_a_server_that_always_breaks_off_leaves_the_beginning_for_next_time(bench: Bench) -> None:
    bench.served.misdeeds[FILE] = [breaks_off(PACKAGE, 100), *[breaks_off(PACKAGE, 0)] * 9]
    with pytest.raises(TruncatedError) as error:
        bench.fetch(bench.entry())
    assert str(error.value) == (
        "Could not fetch tool 1.0.0.\n\n"
        f"`{bench.served.url}{FILE}` could not be read to its end: the transfer ended after 100 of {len(PACKAGE):,} "
        "bytes, 3 times without progress. The 100 bytes that arrived are kept and continued next time."
    )
    assert next(bench.cache.glob("*.part")).read_bytes() == PACKAGE[:100]
    assert not bench.out.exists()


@pytest.mark.parametrize(
    ("misdeed", "reason"),
    [
        (fails(500), "the server answered `500 Internal Server Error`"),
        (stalls(PACKAGE, 0), "no byte arrived for 0.3 s"),
    ],
)
def test_a_server_that_never_answers_is_given_up(
    bench: Bench, misdeed: Callable, reason: str
) -> None:
    bench.served.misdeeds[FILE] = [misdeed] * 9
    with pytest.raises(OfflineError) as error:
        bench.fetch(bench.entry())
    assert str(error.value) == (
        "Could not fetch tool 1.0.0.\n\n"
        f"`{bench.served.url}{FILE}` could not be reached: {reason} (3 attempts). Are you offline, or behind a proxy "
        "that is not configured (`HTTPS_PROXY`, `proxy` in `.npmrc`)? A download that succeeded once is not repeated."
    )
    assert len(bench.served.requests) == 3


def test_nobody_listens(bench: Bench) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        bench.served.url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(OfflineError, match="Connection refused"):
            bench.fetch(bench.entry())


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        (404, "The version was removed, was never there, or the mirror that is configured does not carry it."),
        (
            401,
            "The credentials are missing or wrong; they are taken from the configuration of the registry's own client.",
        ),
        (403, "The server does not allow it; a mirror may have to be told to carry this version."),
    ],
)
def test_a_refusal_is_not_repeated(bench: Bench, code: int, advice: str) -> None:
    bench.served.misdeeds[FILE] = [fails(code)]
    with pytest.raises(NotFoundError) as error:
        bench.fetch(bench.entry())
    assert str(error.value).startswith(f"Could not fetch tool 1.0.0.\n\n`{bench.served.url}{FILE}` answered `{code} ")
    assert str(error.value).endswith(advice)
    assert len(bench.served.requests) == 1


def test_credentials_of_the_url_do_not_follow_a_redirect(bench: Bench) -> None:
    bench.served.misdeeds["/moved"] = [redirects(f"{bench.served.url}{FILE}")]
    entry = bench.entry(path="/moved")
    source = entry.sources[0]
    with_user = source.path.replace("http://", "http://user:secret@")
    bench.fetch(
        PinnedEntry("package", "tool", "1.0.0", (Source("url", path=with_user, sha256=source.sha256, size=source.size),))
    )
    bench.assert_fetched()
    sent = [headers.get("Authorization") for _, headers in bench.served.requests]
    assert sent == ["Basic " + base64.b64encode(b"user:secret").decode(), None]


# Wrong bytes


def registry(bench: Bench, served: bytes, announced: bytes | None) -> PinnedEntry:
    """Serves bytes as `tool` of an npm registry that announces the hash of other bytes, or none."""
    integrity = "" if announced is None else "sha512-" + base64.b64encode(hashlib.sha512(announced).digest()).decode()
    bench.served.files[FILE] = served
    bench.served.files["/tool/1.0.0"] = json.dumps(
        {"dist": {"tarball": f"{bench.served.url}{FILE}", "integrity": integrity}}
    ).encode()
    source = Source(
        "npm", name="tool", version="1.0.0", sha256=hashlib.sha256(PACKAGE).hexdigest(), size=len(PACKAGE)
    )
    return PinnedEntry("package", "tool", "1.0.0", (source,))


OTHER = bytes([PACKAGE[0]]) + PACKAGE[1:-1] + b"x"


@pytest.mark.parametrize(
    ("announced", "verdict"),
    [
        (
            OTHER,
            "The transfer is sound: the bytes are those that the registry itself announces. So the registry carries "
            "another file than when the lock was written. Published versions never change: if the lock file was "
            "edited by hand, distrust the lock; if not, distrust the registry or mirror, which may have been tampered "
            "with.",
        ),
        (
            PACKAGE,
            "The bytes are not even those that the registry itself announces. Distrust the source: a proxy or mirror "
            "on the way replaces or damages files. The lock file is probably right; do not refresh it now.",
        ),
        (
            None,
            "The source announces no hash of its own, so it cannot be told from here which of the two is wrong. "
            "Distrust the source first: a published version never changes. Compare with another network or mirror.",
        ),
    ],
    ids=["other-publication", "damaged", "unknown"],
)
def test_wrong_bytes_say_whom_to_distrust(bench: Bench, announced: bytes | None, verdict: str) -> None:
    with pytest.raises(WrongHashError) as error:
        bench.fetch(registry(bench, OTHER, announced))
    assert str(error.value) == (
        "Could not fetch tool 1.0.0.\n\n"
        f"`{bench.served.url}{FILE}` is not the pinned file.\n"
        f"  pinned: sha256 {hashlib.sha256(PACKAGE).hexdigest()}\n"
        f"  found:  sha256 {hashlib.sha256(OTHER).hexdigest()} ({len(OTHER):,} bytes downloaded)\n"
        f"{verdict}\n"
        "Only when you are sure that the new bytes are right, refresh the lock: `./pants refresh-node-lock`."
    )
    assert not bench.out.exists()
    assert not list(bench.cache.glob("*.part")), "wrong bytes must not be continued next time"


@pytest.mark.parametrize("pinned_size", [len(PACKAGE) - 10, len(PACKAGE) + 10])
def test_a_wrong_length_is_no_truncation(bench: Bench, pinned_size: int) -> None:
    with pytest.raises(WrongHashError) as error:
        bench.fetch(bench.entry(size=pinned_size))
    assert str(error.value).startswith(
        f"Could not fetch tool 1.0.0.\n\n`{bench.served.url}{FILE}` is not the pinned file: {pinned_size:,} bytes are "
        f"pinned, the server has {len(PACKAGE):,} bytes.\n"
    )
    assert len(bench.served.requests) == 1


def test_a_right_npm_registry_is_used(bench: Bench) -> None:
    bench.fetch(registry(bench, PACKAGE, PACKAGE))
    bench.assert_fetched()


def test_a_page_for_logging_in_is_no_registry(bench: Bench) -> None:
    entry = registry(bench, PACKAGE, PACKAGE)
    bench.served.files["/tool/1.0.0"] = b"<html>"
    with pytest.raises(FetchError, match="so it is not an npm registry"):
        bench.fetch(entry)


def test_the_next_source_is_tried_and_the_bad_one_reported(bench: Bench) -> None:
    good = bench.entry().sources[0]
    bad = Source("url", path=f"{bench.served.url}/missing", sha256=good.sha256, size=good.size)
    bench.fetch(PinnedEntry("package", "tool", "1.0.0", (bad, good)))
    bench.assert_fetched()
    assert [line for line in bench.log if line.startswith("warning: one source of tool 1.0.0 was passed over")]


# Contents


def node_entry(bench: Bench, content: bytes, member: str = "package/bin/node") -> PinnedEntry:
    packed = archive({"package/bin/node": content, "package/other": b"other"})
    bench.served.files[FILE] = packed
    source = bench.entry(packed).sources[0]
    return PinnedEntry(
        "executable",
        "node",
        "24.21.0",
        (Source("url", path=source.path, member=member, sha256=source.sha256, size=source.size),),
        platform="linux",
        arch="x64",
        executable=PinnedFile("bin/node", hashlib.sha256(content).hexdigest(), len(content)),
    )


def test_an_archive_without_the_member(bench: Bench) -> None:
    with pytest.raises(NotPinnedContentError, match="has no file `bin/node`"):
        bench.fetch(node_entry(bench, b"x", member="bin/node"))


def test_what_is_pinned_is_no_executable(bench: Bench) -> None:
    with pytest.raises(NotPinnedContentError) as error:
        bench.fetch(node_entry(bench, b"#!/bin/sh\necho hi\n"))
    assert str(error.value) == (
        "Could not fetch node 24.21.0 for linux-x64.\n\n"
        f"`{bench.served.url}{FILE}` has the pinned hash, but what is pinned there as node 24.21.0 for linux-x64 is "
        "something else: `node` is not an executable of a known format (ELF, PE, Mach-O): it begins with "
        "`#!/bin/sh\necho h`. The lock file is wrong; mend it with `./pants refresh-node-lock`."
    )
    assert not (bench.out / "bin/node").exists()


@pytest.mark.parametrize("damage", [PACKAGE[:-50], PACKAGE[:30], b"not an archive"])
def test_a_damaged_archive_that_is_pinned_so(bench: Bench, damage: bytes) -> None:
    bench.served.files[FILE] = damage
    with pytest.raises(NotPinnedContentError, match="cannot be unpacked"):
        bench.fetch(bench.entry(damage))


@pytest.mark.parametrize("name", ["package/../../evil", "/evil/x"])
def test_paths_that_lead_out_are_refused(bench: Bench, name: str, tmp_path: Path) -> None:
    bench.served.files[FILE] = packed = archive({name: b"evil"})
    if name.startswith("/"):
        # The first folder is dropped from all names, so this one lands inside.
        bench.fetch(bench.entry(packed))
        assert sorted(path.name for path in bench.out.rglob("*") if path.is_file()) == ["x"]
    else:
        with pytest.raises(NotPinnedContentError, match="leads out of the folder"):
            bench.fetch(bench.entry(packed))
    assert not (tmp_path / "evil").exists()


def test_a_wheel_is_found_by_its_name(bench: Bench) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as wheel:
        wheel.writestr("lib/__init__.py", "x = 1\n")
    content = buffer.getvalue()
    bench.served.files["/files/lib-1.0-py3-none-any.whl"] = content
    bench.served.files["/simple/lib/"] = (
        b'<a href="../../files/lib-0.9-py3-none-any.whl">old</a>'
        b'<a href="../../files/lib-1.0-py3-none-any.whl#sha256=' + b"0" * 64 + b'">new</a>'
    )
    source = Source(
        "pypi",
        name="lib",
        version="1.0",
        path="lib-1.0-py3-none-any.whl",
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
    )
    bench.fetch(PinnedEntry("wheel", "lib", "1.0", (source,)))
    assert (bench.out / "lib/__init__.py").read_text() == "x = 1\n"
