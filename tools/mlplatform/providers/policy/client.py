"""Calls to an OPA server, each with a deadline; whatever goes wrong has a type and a cause in one sentence."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

from mlplatform.providers.policy.interface import PolicyError

LOOPBACK = ("127.0.0.1", "localhost", "::1")
_ANSWER_BYTES = 64 << 20
T = TypeVar("T")


class ServerLost(PolicyError):
    """The server is down, slow, or answers what no OPA server would: asking on makes no sense."""

    fix = (
        "start it, and see that the server answers and is this check's alone, or unset OPA_URL to judge in the process "
        "(`--engine embedded`)"
    )


@dataclass(frozen=True, slots=True)
class Fault:
    """One entry of the `errors` that OPA answers with: a policy's id and the place in it."""

    id: str
    line: int
    column: int
    message: str


class RegoRefused(Exception):
    """OPA does not compile a policy, or an evaluation stops; OPA says where."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(faults[0].message)
        self.faults = faults


class OpaServer:
    """An OPA server at a URL such as `http://127.0.0.1:8181`; no call takes longer than `seconds`."""

    def __init__(self, url: str, *, token: str | None = None, seconds: float = 10.0) -> None:
        from opa_client import OpaClient

        self.url, self._seconds = url, seconds
        host, port, is_secret = _address(url)
        # No retries: behind each a call would wait for another deadline.
        self._client = OpaClient(host, port, ssl=is_secret, token=token, retries=0, timeout=seconds)
        session = self._client._session
        session.get_redirect_target = partial(_target_here, session.get_redirect_target)
        session.hooks["response"].append(_bounded)
        if host.strip("[]") in LOOPBACK:
            # A proxy of the environment is not meant for this machine.
            session.trust_env = False

    def is_ready(self) -> bool:
        return bool(self._call(self._client.check_health))

    def policies(self) -> Mapping[str, str]:
        """The package of every policy that the server holds, by id."""
        listed = self._call(self._client.get_policies_info)
        root = f"{self._client.root_url}/data/"
        return {id_: info["path"].removeprefix(root).replace("/", ".") for id_, info in listed.items()}

    def put(self, id_: str, text: str) -> None:
        """Uploads a policy; Refused when it does not compile beside the others."""
        self._call(lambda: self._client.update_policy_from_string(text, id_, rego_compat=False))

    def remove(self, id_: str) -> None:
        """Removes a policy; Refused where another one calls it, and where it is not there."""
        self._call(lambda: self._client.delete_policy(id_))

    def ask(self, package: str, rule: str, given: Any) -> Any:
        """The value of a rule for an input, or None where it is undefined; Refused when its evaluation stops."""
        strict = {"strict-builtin-errors": "true"}
        answer = self._call(lambda: self._client.query_rule(given, package, rule, strict))
        if not isinstance(answer, dict):
            raise ServerLost(f"{self._name} answers what no OPA server would")
        return answer.get("result")

    def close(self) -> None:
        self._client.close_connection()

    @property
    def _name(self) -> str:
        return f"the OPA server at {self.url}"

    def _call(self, call: Callable[[], T]) -> T:
        """The call's result; a thread of its own, as the client's timeout starts anew with every byte."""
        answers: SimpleQueue[tuple[T | None, Exception | None]] = SimpleQueue()
        Thread(target=_answer, args=(call, answers), daemon=True).start()
        try:
            result, error = answers.get(timeout=self._seconds)
        except Empty:
            raise ServerLost(f"{self._name} did not answer within {self._seconds:g} s") from None
        if error is not None:
            raise self._judged(error) from None
        return result  # type: ignore[return-value]  # there is a result where there is no error

    def _judged(self, error: Exception) -> Exception:
        """Return our error for an error of the client."""
        from opa_client.errors import DeletePolicyError, RegoParseError
        from requests import exceptions as http

        match error:
            case RegoParseError() if faults := _faults(error.errors):
                return RegoRefused(faults)
            case DeletePolicyError():  # others call it, or it is gone already
                return RegoRefused((Fault("", 1, 1, str(error.message)),))
            case RegoParseError():
                return ServerLost(f"{self._name} refuses: {error.message}")
            case http.HTTPError():
                if faults := _faults_of_evaluation(error.response):
                    return RegoRefused(faults)
                return ServerLost(f"{self._name} answers {error.response.status_code}")
            case http.Timeout():
                return ServerLost(f"{self._name} did not answer within {self._seconds:g} s")
            case http.ConnectionError() | http.ChunkedEncodingError():
                return ServerLost(f"{self._name} cannot be reached, or broke off")
            case _:
                return ServerLost(f"{self._name} answers what no OPA server would")


def _answer(call: Callable[[], T], answers: SimpleQueue[tuple[T | None, Exception | None]]) -> None:
    try:
        answers.put((call(), None))
    except Exception as error:
        answers.put((None, error))


def _target_here(target_of: Callable[[Any], str | None], response: Any) -> str | None:
    """Where a server sends its caller on: within itself (OPA tidies paths), as the policies are for no other."""
    target = target_of(response)
    if target is not None and urlsplit(urljoin(response.url, target))[:2] != urlsplit(response.url)[:2]:
        raise ValueError("another server")
    return target


def _bounded(response: Any, **_: Any) -> None:
    """Lets no more of an answer be read than one can have, unpacked."""
    stream = response.raw.stream

    def bounded(*args: Any, **options: Any) -> Iterator[bytes]:
        total = 0
        for part in stream(*args, **options):
            total += len(part)
            if total > _ANSWER_BYTES:
                raise ValueError("the answer does not end")
            yield part

    response.raw.stream = bounded


def _address(url: str) -> tuple[str, int, bool]:
    """The host (as it stands in a URL), port and whether it is HTTPS."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or parts.scheme not in ("http", "https") or parts.path.strip("/") or "@" in parts.netloc:
        shown = re.sub(r"[^/]*@", "…@", url)  # what stands before it may be a password
        raise PolicyError(f"OPA_URL has to be like http://127.0.0.1:8181, and is {shown!r}")
    is_secret = parts.scheme == "https"
    return f"[{host}]" if ":" in host else host, port or (443 if is_secret else 80), is_secret


def _faults_of_evaluation(response: Any) -> tuple[Fault, ...]:
    """The faults in an answer 500 that is about a policy and not about the server."""
    try:
        body = response.json()
    except ValueError:
        return ()
    errors = body.get("errors") if isinstance(body, dict) else None
    of_policy = isinstance(errors, list) and all(
        isinstance(entry, dict) and str(entry.get("code")).startswith("eval_") for entry in errors
    )
    return _faults(errors) if of_policy else ()


def _faults(errors: Any) -> tuple[Fault, ...]:
    if not isinstance(errors, list):
        return ()
    return tuple(_fault(entry) for entry in errors if isinstance(entry, dict) and entry.get("message"))


def _fault(error: Mapping[str, Any]) -> Fault:
    at = error.get("location")
    at = at if isinstance(at, dict) else {}
    line, column = at.get("row"), at.get("col")
    return Fault(
        str(at.get("file", "")),
        max(line, 1) if isinstance(line, int) else 1,
        max(column, 1) if isinstance(column, int) else 1,
        " ".join(str(error["message"]).split()),
    )
