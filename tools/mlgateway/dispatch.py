"""Where requests go: the routes in force, connections to their upstream, and what is on its destination there."""

from collections import Counter
from dataclasses import dataclass

from mlgateway.limits import GatewayLimits
from mlgateway.messages import Reply, error_reply
from mlgateway.paths import ModelPath
from mlgateway.pool import Pool
from mlgateway.routes import Route, RouteTable
from mlgateway.upstream import UpstreamAnswer


@dataclass(frozen=True, slots=True)
class Destination:
    """The version that answers a request, and the connections to its server."""

    route: Route
    pool: Pool


class Dispatcher:
    """The table in force (None before the first), the pool for its upstream, and the requests in flight.

    inflight counts by upstream model what was sent and has not ended, whether or not its client still waits.
    """

    def __init__(self, limits: GatewayLimits) -> None:
        self.table: RouteTable | None = None
        self.pool: Pool | None = None
        self.inflight: Counter[str] = Counter()
        self._limits = limits

    def adopt(self, table: RouteTable) -> None:
        """Put a table in force for every request from now on."""
        self.table = table
        if self.pool is None or self.pool.address != table.upstream:
            if self.pool is not None:
                self.pool.retire()
            self.pool = Pool(table.upstream, self._limits)

    def choose(self, path: ModelPath) -> Destination | Reply:
        """Choose what answers this request, or reply why nothing does."""
        if self.table is None or self.pool is None:
            return error_reply(503, "no routes are in force yet; GET /gateway/state tells why")
        route = self.table.pick(path.model)
        if route is None:
            return error_reply(404, f"no model {path.model} is served here")
        if path.version not in (None, route.version):
            message = f"version {path.version} of {path.model} is not served here; version {route.version} is"
            return error_reply(404, message)
        return Destination(route, self.pool)

    async def send(self, destination: Destination, head: bytes, body: bytes | bytearray) -> UpstreamAnswer:
        """Send one request to its destination, counted as in flight until it ends; raises UpstreamFailure."""
        model = destination.route.upstream_model
        self.inflight[model] += 1
        try:
            return await destination.pool.exchange(head, body)
        finally:
            self.inflight[model] -= 1
            if not self.inflight[model]:
                del self.inflight[model]
