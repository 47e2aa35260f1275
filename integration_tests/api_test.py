"""The HTTP service answers as under plain Node.js, and stops as gracefully."""

from __future__ import annotations

from pathlib import Path

import pytest
from programs import API, API_STANDARD, ProgramOf, TestProject

from pkg_rules.testutil.pinned_tools import NODE_MAJORS
from pkg_rules.testutil.service import Request, Response, Service

JSON = {"Content-Type": "application/json"}
REQUESTS = (
    Request("/"),
    Request("/orders"),
    Request("/orders", "POST", '{"apple": 3, "quince": 1}', JSON),
    Request("/orders", "POST", '{"melon": 1}', JSON),
    Request("/orders", "POST", '{"apple": ', JSON),
    Request("/orders", "POST", '{"pear": "%s"}' % ("9" * 20_000), JSON),
    Request("/orders/1"),
    Request("/orders/2"),
    Request("/orders", "DELETE"),
    Request("/files"),
    Request("/files/sent/style.css"),
    Request("/files/sent/long.txt", headers={"Range": "bytes=100-299"}),
    Request("/files/sent/missing.css"),
    Request("/files/sent/..%2Fpackage.json"),
    Request("/files/streamed/long.txt"),
    Request("/files/streamed/long.txt", headers={"Accept-Encoding": "gzip"}),
    Request("/files/streamed/missing.txt"),
    Request("/static/"),
    Request("/static/style.css", "HEAD"),
    Request("/static/../../package.json"),
    Request("/boom"),
    Request("/nothing/here"),
)


def answers(service: Service) -> dict[str, Response]:
    return {
        f"{number}: {request.method} {request.path}": service.ask(request)
        for number, request in enumerate(REQUESTS, 1)
    }


@pytest.mark.slow
@pytest.mark.parametrize("major", NODE_MAJORS)
@pytest.mark.parametrize("project", [API, API_STANDARD], ids=lambda project: project.name)
def test_same_answers_as_plain_node(
    project: TestProject,
    major: int,
    plain_program: ProgramOf,
    packaged_program: ProgramOf,
    tmp_path: Path,
) -> None:
    with Service(plain_program(project, major), tmp_path / "plain") as plain:
        expected = answers(plain)
        expected_end = plain.stop()
        expected_errors = plain.stderr()
    assert {response.status for response in expected.values()} >= {200, 201, 206, 404, 413, 422, 500}
    assert expected_end == (0, '{"event":"stopping","signal":"SIGTERM"}\n{"event":"stopped"}\n')

    with Service(packaged_program(project, major), tmp_path / "packaged") as packaged:
        assert answers(packaged) == expected
        assert packaged.stop() == expected_end
        assert packaged.stderr() == expected_errors
