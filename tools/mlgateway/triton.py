"""Triton's own answers: where they name the model, and how they say that it is not loaded.

Triton writes its JSON without spaces and in a fixed order, so names are replaced as bytes: to parse and print
the numbers of a tensor again would cost more than the inference, and could change them.
"""

import re
from dataclasses import dataclass

from mlgateway.messages import Headers, Reply
from mlgateway.routes import Route
from mlgateway.upstream import UpstreamAnswer, UpstreamFailure

JSON_LENGTH = b"inference-header-content-length"  # bytes of JSON before the binary tensors

_KEPT = frozenset((b"content-type", b"content-encoding", JSON_LENGTH))
_LACKS_MODEL = re.compile(rb'\{"error":"Request for unknown model: ')
_BAD_REQUEST = re.compile(
    rb'\{"error":"(?:failed to parse the request JSON buffer|Unable to parse \'[a-z_]+\'): '
)


@dataclass(frozen=True, slots=True)
class Renaming:
    """Bytes that name the model in an answer, and what the client is to read instead."""

    old: bytes
    new: bytes


def inference_names(model: str, route: Route) -> Renaming:
    """As the answer to an inference names the model."""
    old = f'"model_name":"{route.upstream_model}","model_version":"1"'
    return Renaming(old.encode(), f'"model_name":"{model}","model_version":"{route.version}"'.encode())


def metadata_names(model: str, route: Route) -> Renaming:
    """As the model's metadata name it."""
    old = f'"name":"{route.upstream_model}","versions":["1"]'
    return Renaming(old.encode(), f'"name":"{model}","versions":["{route.version}"]'.encode())


def lacks_model(answer: UpstreamAnswer) -> bool:
    """True when the answer says that the model is not loaded (also said while it is being unloaded)."""
    return answer.status in (400, 404) and _LACKS_MODEL.match(answer.body) is not None


def renamed_reply(answer: UpstreamAnswer, names: Renaming | None, more: Headers) -> Reply:
    """The reply for a good answer; raises UpstreamFailure if the answer does not name the model asked for."""
    kept = tuple(header for header in answer.headers if header[0] in _KEPT)
    if names is None or answer.header(b"content-encoding") is not None:
        return Reply(answer.status, kept + more, answer.body)
    json_size = _json_size(answer)
    start = _name_position(answer.body, names.old, json_size)
    rest = memoryview(answer.body)[start + len(names.old) :]
    body = b"".join((memoryview(answer.body)[:start], names.new, rest))
    new_size = b"%d" % (json_size + len(names.new) - len(names.old))
    kept = tuple((name, new_size if name == JSON_LENGTH else value) for name, value in kept)
    return Reply(answer.status, kept + more, body)


def error_reply(answer: UpstreamAnswer, model: str, route: Route, more: Headers) -> Reply:
    """The reply for an error of the upstream, speaking of the model by its public name."""
    if answer.header(b"content-encoding") is not None or not answer.body.startswith(b"{"):
        return Reply(answer.status, ((b"content-type", b"text/plain"), *more), answer.body)
    # Triton calls a body that it cannot read its own fault; that would count against the model.
    status = 400 if answer.status == 500 and _BAD_REQUEST.match(answer.body) else answer.status
    body = answer.body.replace(route.upstream_model.encode(), model.encode())
    return Reply(status, ((b"content-type", b"application/json"), *more), body)


def _json_size(answer: UpstreamAnswer) -> int:
    stated = answer.header(JSON_LENGTH)
    if stated is None:
        return len(answer.body)
    if not stated.isdigit() or len(stated) > 18 or int(stated) > len(answer.body):
        raise UpstreamFailure(502, "the upstream's answer is shorter than its JSON is said to be")
    return int(stated)


def _name_position(body: bytes | bytearray, old: bytes, json_size: int) -> int:
    if body.startswith(old, 1, json_size):
        return 1
    # A request's id comes first if it had one; quotes inside it are escaped, so it cannot look like `old`.
    position = body.find(old, 0, json_size) if body.startswith(b'{"id":') else -1
    if position < 0:
        raise UpstreamFailure(502, "the upstream's answer is not about the model that was asked")
    return position
