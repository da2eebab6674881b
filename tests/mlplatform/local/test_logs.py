"""What the servers' logs say about one model."""

from pathlib import Path

import pytest

from mlplatform.core.target import EnvironmentPaths, LocalTarget
from mlplatform.local.logs import last_error, tail
from mlplatform.local.processes import log_of
from mlplatform.providers.serving.triton.local import LOCAL_SERVERS

TRITON = """\
=== starting triton 2026-11-21T10:00:00Z
E1121 10:00:00.000001 7 server.cc:241] "CudaDriverHelper has not been initialized."
I1121 10:00:01.000001 7 lifecycle.cc:1] "loading: clinic.tumour.0123456789ab:1"
I1121 10:00:01.500001 7 server.cc:674]
+--------+--------+
| clinic.tumour.0123456789ab | READY |
+--------+--------+

E1121 10:00:02.000001 7 stub.cc:2] "failed: clinic.tumour.0123456789ab"
Traceback (most recent call last):
  ValueError: no
E1121 10:00:02.000001 7 stub.cc:2] "failed: postal.digits.0123456789ab"
I1121 10:00:03.000001 7 lifecycle.cc:1] "loading: clinic.tumour2.0123456789ab:1"
I1121 10:00:03.000001 7 lifecycle.cc:1] "loading: my-clinic.tumour.0123456789ab:1"
I1121 10:00:03.000001 7 lifecycle.cc:1] "loading: clinic.tumour-b.0123456789ab:1"
"""
GATEWAY = """\
2026-11-21 10:00:00,000 INFO listening on 127.0.0.1:20000
2026-11-21 10:00:01,000 ERROR upstream 127.0.0.1:20001 cannot be reached
"""


@pytest.fixture
def paths(tmp_path: Path) -> EnvironmentPaths:
    paths = LocalTarget(tmp_path).environment("production")
    paths.logs.mkdir(parents=True)
    log_of(paths, "triton").write_text(TRITON)
    log_of(paths, "gateway").write_text(GATEWAY)
    return paths


def test_errors_of_a_model_are_whole_and_neither_tables_nor_other_models_are_shown(
    paths: EnvironmentPaths,
) -> None:
    shown = [
        line.text for line in tail(paths, "clinic/tumour", 50, ["postal/digits"]) if line.server == "triton"
    ]
    lines = TRITON.splitlines()
    assert shown == [lines[2], *lines[8:11]]


def test_of_a_server_that_never_spoke_of_the_model_its_own_errors_are_given(paths: EnvironmentPaths) -> None:
    gateway = [line.text for line in tail(paths, "clinic/tumour", 20) if line.server == "gateway"]
    assert gateway == [GATEWAY.splitlines()[-1]]


def test_errors_keep_their_room_however_much_is_logged_after_them(paths: EnvironmentPaths) -> None:
    loading = 'I1121 11:00:01.000001 7 lifecycle.cc:1] "loading: clinic.tumour.0123456789ab:1"\n'
    with log_of(paths, "triton").open("a") as log:
        log.write(loading * 50)
    shown = [
        line.text for line in tail(paths, "clinic/tumour", 5, ["postal/digits"]) if line.server == "triton"
    ]
    assert shown == [*TRITON.splitlines()[8:11], *[loading.strip()] * 2]


def test_no_more_lines_than_asked_for_the_last_ones(paths: EnvironmentPaths) -> None:
    assert tail(paths, "clinic/tumour", 1, ["postal/digits"])[0] == ("triton", "  ValueError: no")


def test_before_there_are_logs_there_are_no_lines(tmp_path: Path) -> None:
    assert tail(LocalTarget(tmp_path / "new").environment("production"), "clinic/tumour", 10) == []


@pytest.mark.parametrize(
    ("log", "line"),
    [
        ("E1121 1 old\n=== starting triton x\nI1121 1 new\nE1121 2 cause\nI1121 3 bye\n", "E1121 2 cause"),
        ("E1121 1 old\n=== starting triton x\nI1121 1 only this\n", "I1121 1 only this"),
        ("E1121 1 old\n=== starting triton x\n", ""),
        (TRITON[: TRITON.index("I1121 10:00:01.500001")], TRITON.splitlines()[2]),
        ("", ""),
    ],
)
def test_the_cause_is_the_last_error_since_the_last_start(tmp_path: Path, log: str, line: str) -> None:
    (tmp_path / "log").write_text(log)
    assert last_error(tmp_path / "log", LOCAL_SERVERS.servers[0].log_format) == line
