"""A request for a model, to the version in force and back."""

from mlgateway import triton
from mlgateway.dispatch import Dispatcher, Upstream
from mlgateway.messages import Headers, Reply, Request, error_reply
from mlgateway.paths import ModelPath, Verb
from mlgateway.routes import Route
from mlgateway.upstream import Answer, UpstreamFailure

# Nothing else a client says concerns the upstream. Not Accept-Encoding: in a compressed answer the
# model's name could not be replaced, and on one host compression costs more than it saves.
_FORWARDED = frozenset(
    (
        b"content-type",
        b"content-encoding",
        b"inference-header-content-length",
        b"traceparent",
        b"tracestate",
        b"x-request-id",
    )
)
_NAMES = {Verb.INFER: triton.inference_names, Verb.METADATA: triton.metadata_names}


async def forward(ways: Dispatcher, path: ModelPath, request: Request) -> Reply:
    """Answer with the version in force; once more if the routes changed while the request was on its way."""
    way = ways.choose(path)
    if isinstance(way, Reply):
        return way
    if path.verb is Verb.INFER and not request.body:  # Triton takes it for zero rows, and answers 200
        return error_reply(400, "an inference request must have a body", _version_headers(way.route))
    try:
        return await _attempt(ways, way, path, request)
    except UpstreamFailure as failure:
        again = ways.choose(path)
        if failure.status == 504 or again == way:
            return _failed(failure, way, path)
    if isinstance(again, Reply):
        return again
    try:
        return await _attempt(ways, again, path, request)
    except UpstreamFailure as failure:
        return _failed(failure, again, path)


async def _attempt(ways: Dispatcher, way: Upstream, path: ModelPath, request: Request) -> Reply:
    body = request.body if path.verb is Verb.INFER else b""
    answer = await ways.send(way, _head(way, path, request), body)
    return _reply(answer, way.route, path)


def _reply(answer: Answer, route: Route, path: ModelPath) -> Reply:
    if triton.lacks_model(answer):
        raise UpstreamFailure(503, "the upstream has not loaded it")
    told = _version_headers(route)
    if answer.status >= 400:
        return triton.error_reply(answer, path.model, route, told)
    names = _NAMES.get(path.verb)
    return triton.renamed_reply(answer, names and names(path.model, route), told)


def _head(way: Upstream, path: ModelPath, request: Request) -> bytes:
    verb = path.verb.value and f"/{path.verb.value}"
    method = "POST" if path.verb is Verb.INFER else "GET"
    size = f"content-length: {len(request.body)}\r\n" if path.verb is Verb.INFER else ""
    head = (
        f"{method} /v2/models/{way.route.upstream_model}{verb} HTTP/1.1\r\nhost: {way.pool.address}\r\n{size}"
    )
    lines = [b"%b: %b\r\n" % header for header in request.headers if header[0] in _FORWARDED]
    return b"".join((head.encode(), *lines, b"\r\n"))


def _version_headers(route: Route) -> Headers:
    return (b"x-model-version", route.version.encode()), (b"x-model-digest", route.digest.encode())


def _failed(failure: UpstreamFailure, way: Upstream, path: ModelPath) -> Reply:
    message = f"{path.model} {way.route.version}: {failure}"
    return error_reply(failure.status, message, _version_headers(way.route))
