"""The engine outside this process: an OPA server, asked about many documents in one call."""

import json
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from mlplatform.providers.policy.client import OpaServer, RegoRefused, ServerLost
from mlplatform.providers.policy.decision import read_decision
from mlplatform.providers.policy.interface import Decision, Flaw, PolicyError
from mlplatform.providers.policy.process import OpaProcess
from mlplatform.providers.policy.uploading import prepare, remove, upload

# One call's worth: what OPA answers well within a deadline.
_DOCUMENTS = 250
_CHARACTERS = 2_000_000

# Half of a pair of UTF-16, which is no character: OPA would take it for another one.
_HALF = re.compile(r"\\u[dD][89a-fA-F]|[\ud800-\udfff]")

Answer = Decision | PolicyError

# Which session of this process holds a server: two engines may take turns (the policies of a base, and a head's).
_holders: dict[str, str] = {}


class ServerEngine:
    """Judges with Rego texts by path, on the server at a URL or else on one of its own, which `close` ends.

    The constructor raises PolicyError where no server is to be had. One that is lost later is the answer
    to every input from then on.
    """

    name = "opa"

    def __init__(self, policies: Mapping[str, str], url: str | None = None, *, seconds: float = 10.0) -> None:
        self.policies = policies
        self.broken: Sequence[Flaw]
        self._lost: ServerLost | None = None
        self._own: OpaProcess | None = None
        if url:
            self._server = OpaServer(url, seconds=seconds)
            self.broken = self._take()
        else:
            self.broken = self._start(seconds)

    @property
    def pid(self) -> int | None:
        """The process that was started for it, if one was."""
        return self._own.pid if self._own else None

    @property
    def url(self) -> str:
        return self._server.url

    def decide(self, package: str, inputs: Sequence[str]) -> Sequence[Answer]:
        if not self._lost and _holders.get(self._server.url) != self._session.id:
            self._retake()
        rule = self._session.rule(package)
        if rule is None:
            return [PolicyError("it has no decision") for _ in inputs]
        documents = [_document(text) for text in inputs]
        sent = [pair for pair in zip(inputs, documents, strict=True) if not isinstance(pair[1], PolicyError)]
        answers = iter([answer for batch in _batches(sent) for answer in self._decide(rule, batch)])
        return [document if isinstance(document, PolicyError) else next(answers) for document in documents]

    def close(self) -> None:
        """Removes what was uploaded, or ends the server where it is our own."""
        if self._own:
            self._own.close()
        elif not self._lost:
            remove(self._server, self._session)
        self._lost = self._lost or ServerLost("the engine was closed")
        _holders.pop(self._server.url, None)
        self._server.close()

    def _start(self, seconds: float) -> Sequence[Flaw]:
        nonce = secrets.token_hex(8)
        uploads, flaws = prepare(self.policies, nonce)
        self._own = own = OpaProcess({item.id: item.text for item in uploads}, seconds=seconds)
        try:
            self._server = OpaServer(own.url, token=own.token, seconds=seconds)
            self._session, refused = upload(self._server, uploads, nonce, are_there=own.has_policies)
        except BaseException:
            own.close()
            raise
        _holders[self._server.url] = self._session.id
        return (*flaws, *refused)

    def _take(self) -> Sequence[Flaw]:
        nonce = secrets.token_hex(8)
        uploads, flaws = prepare(self.policies, nonce)
        self._session, refused = upload(self._server, uploads, nonce)
        _holders[self._server.url] = self._session.id
        return (*flaws, *refused)

    def _retake(self) -> None:
        """Uploads once more, after another engine of this process had the server."""
        try:
            flaws = self._take()
        except PolicyError as error:
            self._lost = ServerLost(str(error))
            return
        if tuple(flaws) != tuple(self.broken):
            self._lost = ServerLost(f"the OPA server at {self._server.url} compiles no longer what it did")

    def _decide(self, rule: str, batch: Sequence[Any]) -> list[Answer]:
        """The answers for a batch; where an evaluation stops, for its halves, down to the one that stops it."""
        if self._lost:
            return [self._lost] * len(batch)
        number = secrets.token_hex(4)
        try:
            given = {"batch": number, "inputs": batch}
            decisions = self._session.decisions(self._server.ask(self._session.package, rule, given), number)
        except RegoRefused as refusal:
            if len(batch) == 1:
                return [PolicyError(f"it stopped{self._session.place(refusal.faults[0])}: {refusal}")]
            half = len(batch) // 2
            return self._decide(rule, batch[:half]) + self._decide(rule, batch[half:])
        except ServerLost as lost:
            self._lost = lost
            return [lost] * len(batch)
        if decisions is None:
            self._lost = ServerLost(
                "another process judges with this OPA server, or it was started anew: give each check its own"
            )
            return [self._lost] * len(batch)
        return [_read(decisions.get(str(place))) for place in range(len(batch))]


def _document(text: str) -> Any:
    """The input in a JSON text, or a PolicyError where it is none."""
    try:
        document = json.loads(text, parse_constant=_refuse_constant)
        if _HALF.search(text):
            json.dumps(document, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        return PolicyError(f"its input is not JSON: {error}")
    return document


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _batches(sent: Iterable[tuple[str, Any]]) -> Iterator[list[Any]]:
    batch: list[Any] = []
    characters = 0
    for text, document in sent:
        if batch and (len(batch) == _DOCUMENTS or characters + len(text) > _CHARACTERS):
            yield batch
            batch, characters = [], 0
        batch.append(document)
        characters += len(text)
    if batch:
        yield batch


def _read(answer: Any) -> Answer:
    try:
        return read_decision(answer)
    except PolicyError as error:
        return error
