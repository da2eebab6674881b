"""Pages are shown to this machine's own browser, and nothing else of this machine is."""

import http.client
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlplatform.core.errors import Refusal
from mlplatform.local.page_server import PageServer, serving


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PageServer]:
    pages = tmp_path / "pages"
    (pages / "sub").mkdir(parents=True)
    (pages / "index.html").write_text("<p>index</p>")
    (pages / "sub/a.csv").write_text("a\n")
    (tmp_path / "secret").write_text("secret")
    (pages / "link").symlink_to(tmp_path / "secret")
    with serving(pages, 0, "default-src 'none'") as made:
        thread = threading.Thread(target=made.serve_forever)
        thread.start()
        yield made
        made.shutdown()
        thread.join()


def ask(
    server: PageServer, path: str, method: str = "GET", host: str = ""
) -> tuple[int, bytes, dict[str, str]]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    headers = {"Host": host} if host else {}
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body, dict(answer.getheaders())


def test_pages_come_with_headers_that_keep_them_apart(server: PageServer) -> None:
    status, body, headers = ask(server, "/")
    assert (status, body) == (200, b"<p>index</p>")
    assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert ask(server, "/sub/a.csv")[2]["Content-Type"] == "text/csv; charset=utf-8"
    assert ask(server, "/", "HEAD")[:2] == (200, b"")


@pytest.mark.parametrize(
    "path",
    ["/sub", "/sub/", "/link", "/../secret", "/%2e%2e/secret", "//etc/passwd", "/index.html/", "/a\\b"],
)
def test_nothing_but_the_listed_files_is_there(server: PageServer, path: str) -> None:
    status, body, _ = ask(server, path)
    assert (status, body) == (404, b"there is no such page\n")


def test_another_name_that_leads_here_is_not_answered(server: PageServer) -> None:
    assert ask(server, "/", host="attacker.example")[0] == 421
    assert ask(server, "/", host=f"localhost:{server.server_port}")[0] == 200


def test_nothing_can_be_written(server: PageServer) -> None:
    assert ask(server, "/", "POST")[0] == 501
    assert ask(server, "/", "PUT")[0] == 501


def test_only_this_machine_reaches_it(server: PageServer) -> None:
    assert server.server_address[0] == "127.0.0.1"


def test_a_port_that_is_taken_is_a_refusal(server: PageServer, tmp_path: Path) -> None:
    with (
        pytest.raises(Refusal, match=f"port {server.server_port} cannot be used"),
        serving(tmp_path, server.server_port, ""),
    ):
        pass
