"""A request for a model, to the version in force and back."""

from mlgateway import triton
from mlgateway.dispatch import Destination, Dispatcher
from mlgateway.messages import Headers, Reply, Request, error_reply
from mlgateway.paths import ModelPath, Verb
from mlgateway.routes import Route
from mlgateway.upstream import UpstreamAnswer, UpstreamFailure

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


async def forward(dispatcher: Dispatcher, path: ModelPath, request: Request) -> Reply:
    """Answer with the version in force; once more if the routes changed while the request was on its way."""
    destination = dispatcher.choose(path)
    if isinstance(destination, Reply):
        return destination
    if path.verb is Verb.INFER and not request.body:  # Triton takes it for zero rows, and answers 200
        return error_reply(400, "an inference request must have a body", _version_headers(destination.route))
    try:
        return await _attempt(dispatcher, destination, path, request)
    except UpstreamFailure as failure:
        retry = dispatcher.choose(path)
        if failure.status == 504 or retry == destination:
            return _failed(failure, destination, path)
    if isinstance(retry, Reply):
        return retry
    try:
        return await _attempt(dispatcher, retry, path, request)
    except UpstreamFailure as failure:
        return _failed(failure, retry, path)


async def _attempt(
    dispatcher: Dispatcher, destination: Destination, path: ModelPath, request: Request
) -> Reply:
    body = request.body if path.verb is Verb.INFER else b""
    answer = await dispatcher.send(destination, _head(destination, path, request), body)
    return _reply(answer, destination.route, path)


def _reply(answer: UpstreamAnswer, route: Route, path: ModelPath) -> Reply:
    if triton.lacks_model(answer):
        raise UpstreamFailure(503, "the upstream has not loaded it")
    version_headers = _version_headers(route)
    if answer.status >= 400:
        return triton.error_reply(answer, path.model, route, version_headers)
    names = _NAMES.get(path.verb)
    return triton.renamed_reply(answer, names and names(path.model, route), version_headers)


def _head(destination: Destination, path: ModelPath, request: Request) -> bytes:
    verb = path.verb.value and f"/{path.verb.value}"
    method = "POST" if path.verb is Verb.INFER else "GET"
    size = f"content-length: {len(request.body)}\r\n" if path.verb is Verb.INFER else ""
    target = f"/v2/models/{destination.route.upstream_model}{verb}"
    head = f"{method} {target} HTTP/1.1\r\nhost: {destination.pool.address}\r\n{size}"
    lines = [b"%b: %b\r\n" % header for header in request.headers if header[0] in _FORWARDED]
    return b"".join((head.encode(), *lines, b"\r\n"))


def _version_headers(route: Route) -> Headers:
    return (b"x-model-version", route.version.encode()), (b"x-model-digest", route.digest.encode())


def _failed(failure: UpstreamFailure, destination: Destination, path: ModelPath) -> Reply:
    message = f"{path.model} {destination.route.version}: {failure}"
    return error_reply(failure.status, message, _version_headers(destination.route))
