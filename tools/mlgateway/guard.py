"""Bodies that would end the upstream, and with it every model of every tenant.

Triton ends on a shape that claims more elements than memory holds, and on JSON that is nested without end; a body that
it cannot unpack it answers as zero rows. All of that is looked for in the bytes: to parse a large body here would keep
every other request waiting.
"""

import re
import zlib

from mlgateway.limits import GatewayLimits
from mlgateway.messages import Request
from mlgateway.triton import JSON_LENGTH

MAX_DEPTH = 32
_MAX_PLAIN = GatewayLimits().max_body
_ZLIB_OR_GZIP = 32 + zlib.MAX_WBITS

# A string that does not end takes all that is left, so that each pattern reads a body once.
_NO_BRACKET = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[^\[\]{}"]+', re.DOTALL)
_STRING = re.compile(rb'("(?:[^"\\]|\\.)*+"?)(\s*+:)?', re.DOTALL)
_SHAPE = re.compile(rb'"shape"\s*+:\s*+\[([0-9,\s]*+)\]')
_NUMBER = re.compile(rb"[0-9]+")

Refused = tuple[int, str]


def refusal(request: Request) -> Refused | None:
    """Status and reason for an inference request that the upstream must not see; None for any other."""
    plain = _unpacked(request)
    if isinstance(plain, tuple):
        return plain
    text = _json_part(request, plain)
    if isinstance(text, tuple):
        return text
    if _is_deep(text):
        return 400, f"the JSON is not closed, or is nested more than {MAX_DEPTH} deep"
    if b"\\" in text and any(key and b"\\" in string for string, key in _STRING.findall(text)):
        return 400, "write the keys of the JSON without escapes"
    # No element takes less than a byte, in JSON or in binary.
    if any(_exceeds(shape, len(plain)) for shape in _SHAPE.findall(text)):
        return 400, "a shape claims more elements than the request has bytes"
    return None


def _unpacked(request: Request) -> bytes | bytearray | Refused:
    codings = _values(request, b"content-encoding")
    if not codings or codings == [b"identity"]:
        return request.body
    if codings not in ([b"gzip"], [b"deflate"]):
        return 415, "a body is sent as it is, or with the content-encoding gzip or deflate"
    inflater = zlib.decompressobj(_ZLIB_OR_GZIP)
    try:
        plain = inflater.decompress(request.body, _MAX_PLAIN + 1)
    except zlib.error:
        return 400, f"the body is not {codings[0].decode()}"
    if len(plain) > _MAX_PLAIN:
        return 413, f"the body has more than {_MAX_PLAIN} bytes when it is unpacked"
    if not inflater.eof or inflater.unused_data:
        return 400, f"the body is not one whole {codings[0].decode()} stream"
    return plain


def _json_part(request: Request, plain: bytes | bytearray) -> bytes | bytearray | Refused:
    stated = _values(request, JSON_LENGTH)
    if not stated:
        return plain
    if len(stated) > 1 or not stated[0].isdigit() or len(stated[0]) > 18 or int(stated[0]) > len(plain):
        return 400, f"{JSON_LENGTH.decode()} is not a number of bytes that the body has"
    return plain[: int(stated[0])]


def _values(request: Request, name: bytes) -> list[bytes]:
    return [value.strip().lower() for key, value in request.headers if key == name]


def _is_deep(text: bytes | bytearray) -> bool:
    brackets = _NO_BRACKET.sub(b"", text)
    for _ in range(MAX_DEPTH):
        if not brackets:
            return False
        brackets = brackets.replace(b"[]", b"").replace(b"{}", b"")
    return bool(brackets)


def _exceeds(shape: bytes, most: int) -> bool:
    count = 1
    for size in _NUMBER.findall(shape):
        if len(size) > 18:
            return True
        count *= int(size)
    return count > most
