"""RFC 3161 timestamps: an authority's word that some bytes existed at a time, asked for and verified."""

from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit

from mlplatform.core.errors import Refusal
from mlplatform.providers.http import Endpoint, HttpFailure, HttpRequest, fetch
from mlplatform.providers.signing.ssh import SignatureError

_SECONDS, _LIMIT = 20.0, 1 << 16


def request_timestamp(server: str, data: bytes) -> bytes:
    """Return an authority's answer (DER) about some bytes; Refusal where it gives none. `server` is its URL."""
    from rfc3161_client import PKIStatus, TimestampRequestBuilder, decode_timestamp_response

    asked = TimestampRequestBuilder().data(data).nonce(nonce=True).cert_request(cert_request=True).build()
    url = urlsplit(server)
    request = HttpRequest(
        "POST", url.path or "/", {"Content-Type": "application/timestamp-query"}, asked.as_bytes()
    )
    endpoint = Endpoint(f"{url.scheme}://{url.netloc}")
    fix = "see to the server that `timestampServer` names, and run the command again"
    try:
        answer = fetch(endpoint, request, _SECONDS, _LIMIT)
        if answer.status != 200:
            raise Refusal(f"the timestamp server answered with status {answer.status}", fix=fix)
        response = decode_timestamp_response(answer.body)
    except HttpFailure as why:
        raise Refusal(f"the timestamp server {why}", fix=fix) from None
    except ValueError:
        raise Refusal("the timestamp server's answer is no timestamp", fix=fix) from None
    is_granted = PKIStatus(response.status) is PKIStatus.GRANTED
    if not is_granted or response.tst_info.nonce != asked.nonce:
        raise Refusal("the timestamp server gives none for this request", fix=fix)
    return bytes(response.as_bytes())


def verify_timestamp(answer: bytes, data: bytes, authorities: Sequence[str]) -> datetime:
    """Return the time (UTC) in an authority's answer about some bytes; SignatureError where it is not valid.

    `authorities` are the certificates (PEM) of those that count.
    """
    from cryptography.x509 import load_pem_x509_certificate
    from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

    try:
        builder = VerifierBuilder()
        for text in authorities:
            builder = builder.add_root_certificate(load_pem_x509_certificate(text.encode()))
        response = decode_timestamp_response(answer)
        builder.build().verify_message(response, data)
    except (VerificationError, ValueError) as why:
        raise SignatureError(f"its timestamp is not valid: {why}") from None
    return response.tst_info.gen_time.astimezone(UTC)
