"""Clients that ask all the time and judge every answer, while a test changes what is in force."""

import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.mlgateway.running import INFER, MODEL, Gateway, read_answer, write_routes
from tests.support.waiting import DEADLINE_SECONDS, wait_until

CLIENTS = 4


@dataclass
class Load:
    """What the clients know: `in_force` is the generation that the gateway has confirmed, `newest` the last written.

    Generation n serves version n.0.0, and that version answers the number n.
    """

    gateway: Gateway
    body: bytes
    in_force: int = 1
    newest: int = 1
    answered: int = 0
    wrong: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def switch(self, content: object) -> None:
        """Put the next generation in force, and go on once some requests were answered under it."""
        self.newest += 1
        write_routes(self.gateway.routes, content)
        wait_until(lambda: self.gateway.state()["generation"] == self.newest)
        self.in_force = self.newest
        enough = self.answered + 5 * CLIENTS
        wait_until(lambda: self.answered >= enough or self.wrong)


@contextmanager
def steady_load(gateway: Gateway, body: bytes = b"{}") -> Iterator[Load]:
    """Clients on kept connections; afterwards every one of their answers must have been right."""
    load = Load(gateway, body)
    clients = [threading.Thread(target=_ask_all_the_time, args=(load,)) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    try:
        yield load
    finally:
        load.stop.set()
        for client in clients:
            client.join(DEADLINE_SECONDS)
    assert load.wrong == []
    assert not any(client.is_alive() for client in clients)
    assert load.answered > 0


def _ask_all_the_time(load: Load) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", load.gateway.port, timeout=DEADLINE_SECONDS)
    connection.connect()
    socket = connection.sock
    while not load.stop.is_set():
        oldest = load.in_force
        try:
            connection.request("POST", INFER, load.body)
            answer = read_answer(connection)
        except (OSError, http.client.HTTPException) as error:
            load.wrong.append(repr(error))
            return
        if reason := _wrong(load, oldest, answer.status, answer.body):
            load.wrong.append(reason)
        if connection.sock is not socket:
            load.wrong.append("a kept connection was closed")
        load.answered += 1
    connection.close()


def _wrong(load: Load, oldest: int, status: int, body: bytes) -> str:
    if status != 200:
        return f"{status}: {body!r}"
    answer = json.loads(body)
    number = answer["outputs"][0]["data"][0]
    if not oldest <= number <= load.newest:
        return f"{number} was answered when {oldest} to {load.newest} could be in force"
    if (answer["model_name"], answer["model_version"]) != (MODEL, f"{number:.0f}.0.0"):
        return f"{answer['model_name']} {answer['model_version']} answered as {number} does"
    return ""
