"""The endpoints: what is answered here, and what is forwarded.

`GET /gateway/state` tells the control plane that a route file is in force (`generation`, `error`) and that a
version has drained (its upstream model is no longer in `inflight`):

    {"generation": 7, "error": null, "upstream": "127.0.0.1:8123",
     "models": {"clinic.tumour": [{"version": "1.4.0", "digest": "sha256:…",
                                   "upstreamModel": "clinic.tumour.0123456789ab", "weight": 100}]},
     "inflight": {"clinic.tumour.0123456789ab": 3}}

`generation` and `upstream` are null while no good route file has been seen; `error` is why the file on disk
is not the one in force.
"""

from mlgateway import VERSION, guard
from mlgateway.dispatch import Dispatcher
from mlgateway.failed_requests import FailedRequests
from mlgateway.forward import forward
from mlgateway.messages import Reply, Request, error_reply, json_reply
from mlgateway.paths import Fixed, PathRefused, Verb, parse_target
from mlgateway.route_watcher import RouteWatcher
from mlgateway.routes import Route
from mlgateway.upstream import UpstreamFailure


class Gateway:
    """Answers one request at a time, any number of them at once."""

    def __init__(self, dispatcher: Dispatcher, watcher: RouteWatcher) -> None:
        self._dispatcher = dispatcher
        self._watcher = watcher
        self._failed = FailedRequests()

    async def answer(self, request: Request) -> Reply:
        """The reply to a request."""
        try:
            endpoint = parse_target(request.target)
        except PathRefused as refused:
            return error_reply(refused.status, str(refused))
        infers = not isinstance(endpoint, Fixed) and endpoint.verb is Verb.INFER
        allowed = (b"POST",) if infers else (b"GET", b"HEAD")
        if request.method not in allowed:
            message = f"this endpoint takes {' or '.join(m.decode() for m in allowed)} only"
            return error_reply(405, message, ((b"allow", b", ".join(allowed)),))
        if isinstance(endpoint, Fixed):
            return await self._fixed(endpoint)
        if infers and (unfit := guard.refusal(request)):
            return error_reply(*unfit)
        reply = await forward(self._dispatcher, endpoint, request)
        if infers:
            self._failed.note(endpoint.model, reply)
        return reply

    async def _fixed(self, endpoint: Fixed) -> Reply:
        match endpoint:
            case Fixed.SERVER:
                about = {"name": "mlgateway", "version": VERSION, "extensions": ["binary_tensor_data"]}
                return json_reply(200, about)
            case Fixed.LIVE:
                return json_reply(200, {"live": True})
            case Fixed.READY:
                return await self._ready()
            case Fixed.STATE:
                return json_reply(200, self._state())

    async def _ready(self) -> Reply:
        pool = self._dispatcher.pool
        if pool is None:
            return error_reply(503, f"no routes are in force yet: {self._watcher.error}")
        try:
            answer = await pool.exchange(
                f"GET /v2/health/ready HTTP/1.1\r\nhost: {pool.address}\r\n\r\n".encode()
            )
        except UpstreamFailure as failure:
            return error_reply(503, str(failure))
        if answer.status != 200:
            return error_reply(503, f"upstream {pool.address} says that it is not ready ({answer.status})")
        return json_reply(200, {"ready": True})

    def _state(self) -> dict[str, object]:
        table = self._dispatcher.table
        return {
            "generation": table.generation if table else None,
            "error": self._watcher.error,
            "upstream": str(table.upstream) if table else None,
            "models": {name: [_shown(route) for route in routes] for name, routes in table.models.items()}
            if table
            else {},
            "inflight": dict(self._dispatcher.inflight),
        }


def _shown(route: Route) -> dict[str, object]:
    return {
        "version": route.version,
        "digest": route.digest,
        "upstreamModel": route.upstream_model,
        "weight": route.weight,
    }
