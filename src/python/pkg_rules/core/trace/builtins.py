"""The modules that are part of Node.js."""

from __future__ import annotations

# `require("module").builtinModules` of Node.js 22, 24 and 26 together; those with `node:` only are not listed.
_WITH_OR_WITHOUT_PREFIX = frozenset(
    """
    _http_agent _http_client _http_common _http_incoming _http_outgoing _http_server _stream_duplex
    _stream_passthrough _stream_readable _stream_transform _stream_wrap _stream_writable _tls_common _tls_wrap
    assert assert/strict async_hooks buffer child_process cluster console constants crypto dgram
    diagnostics_channel dns dns/promises domain events fs fs/promises http http2 https inspector
    inspector/promises module net os path path/posix path/win32 perf_hooks process punycode querystring readline
    readline/promises repl stream stream/consumers stream/promises stream/web string_decoder sys timers
    timers/promises tls trace_events tty url util util/types v8 vm wasi worker_threads zlib
    """.split()
)


def is_builtin(specifier: str) -> bool:
    """Whether Node.js answers itself; `node:` always does, be it with an error for an unknown name."""
    return specifier.startswith("node:") or specifier in _WITH_OR_WITHOUT_PREFIX
