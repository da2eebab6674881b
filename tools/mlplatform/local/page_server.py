"""Shows the files of a folder to this machine's own browser, and to nothing else."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from mlplatform.core.errors import Refusal

ADDRESS = "127.0.0.1"
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json",
}
_PLAIN = "text/plain; charset=utf-8"


class PageServer(ThreadingHTTPServer):
    """A server on loopback for files that are listed when it starts; `policy` is their Content-Security-Policy."""

    daemon_threads = True

    def __init__(self, folder: Path, port: int, policy: str) -> None:
        super().__init__((ADDRESS, port), _Handler)
        self.policy = policy
        self.files: Mapping[str, Path] = {
            path.relative_to(folder).as_posix(): path
            for path in sorted(folder.rglob("*"))
            if path.is_file() and not path.is_symlink()
        }

    @property
    def url(self) -> str:
        return f"http://{ADDRESS}:{self.server_port}/"

    @property
    def hosts(self) -> frozenset[str]:
        """The values of `Host` that are answered: another name that leads here is somebody's trick."""
        return frozenset({f"{ADDRESS}:{self.server_port}", f"localhost:{self.server_port}"})


@contextmanager
def serving(folder: Path, port: int, policy: str) -> Iterator[PageServer]:
    """Yield a server that has its port, and close it; Refusal where the port is taken."""
    try:
        server = PageServer(folder, port, policy)
    except OSError as cause:
        raise Refusal(
            f"port {port} cannot be used: {cause.strerror}", fix="leave out --port: any free one is taken"
        ) from None
    with server:
        yield server


class _Handler(BaseHTTPRequestHandler):
    server: PageServer
    server_version = "platform"
    sys_version = ""
    timeout = 30

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: what is asked for is nobody's business."""

    def _answer(self, *, with_body: bool) -> None:
        if self.headers.get("Host", "") not in self.server.hosts:
            self._send(HTTPStatus.MISDIRECTED_REQUEST, _PLAIN, b"ask for 127.0.0.1\n", with_body)
            return
        name = unquote(urlsplit(self.path).path).removeprefix("/") or "index.html"
        file = self.server.files.get(name)
        if file is None:
            self._send(HTTPStatus.NOT_FOUND, _PLAIN, b"there is no such page\n", with_body)
        else:
            kind = _TYPES.get(PurePosixPath(name).suffix, _PLAIN)
            self._send(HTTPStatus.OK, kind, file.read_bytes(), with_body)

    def _send(self, status: HTTPStatus, kind: str, body: bytes, with_body: bool) -> None:
        self.send_response(status)
        for name, value in (
            ("Content-Type", kind),
            ("Content-Length", str(len(body))),
            ("Content-Security-Policy", f"{self.server.policy}; frame-ancestors 'none'"),
            ("X-Content-Type-Options", "nosniff"),
            ("X-Frame-Options", "DENY"),
            ("Referrer-Policy", "no-referrer"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
            ("Cache-Control", "no-store"),
        ):
            self.send_header(name, value)
        self.end_headers()
        if with_body:
            self.wfile.write(body)
