"""A small inference server over HTTP, to write a serving provider for: it scales rows as the model's constant says."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


@dataclass
class State:
    """The versions by (model, digest), each its number and its factor, and the digest that answers for a model."""

    versions: dict[tuple[str, str], tuple[str, float]] = field(default_factory=dict)
    routes: dict[str, str] = field(default_factory=dict)


@contextmanager
def tiny_server() -> Iterator[str]:
    """A running server's address."""
    state = State()
    handler = type("Handler", (_Handler,), {"state": state})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def _factor(content: bytes) -> float:
    import onnx

    (constant,) = onnx.load_from_string(content).graph.initializer
    return float(onnx.numpy_helper.to_array(constant))


class _Handler(BaseHTTPRequestHandler):
    state: State

    def do_GET(self) -> None:
        versions = [[model, version, digest] for (model, digest), (version, _) in self.state.versions.items()]
        self._answer({"versions": versions, "routes": self.state.routes})

    def do_PUT(self) -> None:
        match self._path():
            case "versions", model, digest, version:
                self.state.versions[model, digest] = version, _factor(self._body())
            case "routes", model, digest:
                self.state.routes[model] = digest
        self._answer({})

    def do_DELETE(self) -> None:
        match self._path():
            case "versions", model, digest:
                self.state.versions.pop((model, digest), None)
            case "routes", model:
                self.state.routes.pop(model, None)
        self._answer({})

    def do_POST(self) -> None:
        body = self._body()
        _, model, *digests = self._path()
        digest = digests[0] if digests else self.state.routes.get(model)
        if (loaded := self.state.versions.get((model, str(digest)))) is None:
            self._answer({"error": "no such model"}, 404)
            return
        version, factor = loaded
        (rows,) = json.loads(body)["inputs"]
        output = {**rows, "name": "Y", "data": [number * factor for number in rows["data"]]}
        name = model.replace("/", ".")
        self._answer({"model_name": name, "model_version": version, "outputs": [output]})

    def log_message(self, format: str, *args: object) -> None:
        pass

    def _path(self) -> tuple[str, ...]:
        """The steps of the path; a model is one of them: `tenant/name`."""
        verb, tenant, name, *more = self.path.strip("/").split("/")
        return verb, f"{tenant}/{name}", *more

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _answer(self, said: Any, status: int = 200) -> None:
        content = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
