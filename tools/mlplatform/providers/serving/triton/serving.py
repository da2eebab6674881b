"""Triton behind the gateway, on this machine: the serving provider `triton`."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from mlplatform.core.payload import short_digest
from mlplatform.core.target import EnvironmentPaths
from mlplatform.providers.serving.interface import (
    Array,
    Candidate,
    Observation,
    Pending,
    Ready,
    Served,
    ServingError,
)
from mlplatform.providers.serving.ports import HOST
from mlplatform.providers.serving.triton import folder, routes
from mlplatform.providers.serving.triton.config import fingerprint_of, public_name, upstream_name
from mlplatform.providers.serving.triton.control import (
    NOT_THERE,
    Control,
    Loaded,
    ModelState,
    Running,
    refused,
)
from mlplatform.providers.serving.triton.gateway import (
    FollowedRoute,
    GatewayClient,
    GatewayState,
    RoutesRefused,
)
from mlplatform.providers.serving.triton.http import NoAnswer
from mlplatform.providers.serving.triton.infer import infer
from mlplatform.providers.serving.triton.instances import alive
from mlplatform.providers.serving.triton.ports import TritonPorts, read_triton_ports
from mlplatform.providers.serving.triton.probe import probe
from mlplatform.providers.serving.triton.waiting import until


class TritonServing:
    """The servers of one environment. Each call reads anew what is there; nothing is kept between calls."""

    def __init__(self, paths: EnvironmentPaths) -> None:
        self.name = "triton"
        self._paths = EnvironmentPaths(paths.folder.resolve())

    @staticmethod
    def at(paths: EnvironmentPaths) -> "TritonServing":
        return TritonServing(paths)

    def observe(self) -> Observation:
        """The versions in the model repository as Triton has them; the weights as the gateway has them.

        A route that was changed by hand counts for what it asks, never for the digest that it claims.
        """
        versions, unmanaged = self._versions()
        state = self._gateway.state()
        labels = {(version.model, version.digest): version.version for version in versions}
        weights: dict[str, dict[str, int]] = {}
        for name, routes_followed in state.models.items():
            model = name.replace(".", "/")
            weights[model] = {
                self._answering_digest(
                    model, route, state.upstream, labels.get((model, route.digest))
                ): route.weight
                for route in routes_followed
            }
        route_error = f"the gateway keeps to the last good routes: {state.error}" if state.error else ""
        return Observation(versions, weights, route_error, unmanaged)

    def ensure(self, candidate: Candidate) -> Ready | Pending:
        """Put the verified folder and load it; what fails to load is taken away again, so that no restart tries it."""
        name, control = upstream_name(candidate.model, candidate.ref.digest), self._control
        before = control.state(name).state
        if before in (ModelState.LOADING, ModelState.UNLOADING):
            return Pending(f"{name} is {before.lower()}")
        if before is ModelState.READY and self._runs(candidate):
            return Ready()
        undo = folder.put(self._paths, candidate, serving=before is ModelState.READY)
        try:
            reason = control.load(name)
        except NoAnswer:
            if control.state(name).state is ModelState.LOADING:
                return Pending(f"{name} is still loading")
            undo()
            raise
        if reason is not None:
            undo()
            raise refused(candidate.model, candidate.version, reason)
        return Ready()

    def probe(self, candidate: Candidate) -> None:
        probe(self._control, candidate)

    def infer(self, candidate: Candidate, inputs: Sequence[Array], seconds: float) -> Mapping[str, Array]:
        return infer(self._control.server, candidate, inputs, seconds)

    def route(self, model: str, weights: Mapping[str, int]) -> Ready | Pending:
        """Change the model's entry in the route file, and no other; Ready once the gateway follows it."""
        name, entry, gateway = public_name(model), self._route_entry(model, weights), self._gateway
        with routes.locked(self._paths):
            state = gateway.state()
            before = self._table(state)
            table = replace(before.routing(name, entry), upstream=self._ports.upstream)
            if table == before and state.error is None:
                return gateway.follow(before.generation)
            table = replace(table, generation=max(before.generation, state.generation or 0) + 1)
            routes.write(self._paths, table)
            try:
                return gateway.follow(table.generation, stale=state.error)
            except RoutesRefused:  # left on disk, they would leave a gateway that starts anew with none
                followed = routes.in_force(state, self._ports.upstream)
                routes.write(self._paths, replace(followed, generation=table.generation + 1))
                raise

    def retire(self, model: str, digest: str) -> Ready | Pending:
        """Unload and remove a version, once the gateway follows the routes and nothing is on its way to it."""
        name, control, gateway = upstream_name(model, digest), self._control, self._gateway
        state = gateway.state()
        table = self._table(state)
        if any(route.upstream == name for route in table.models.values()):
            raise ServingError(
                f"{model} {short_digest(digest)} answers requests: route them to another version first"
            )
        if state.error is None and isinstance(behind := gateway.follow(table.generation), Pending):
            return behind
        if not until(lambda: name not in gateway.state().inflight):
            return Pending(f"requests are still on their way to {name}")
        if control.state(name).state in (ModelState.READY, ModelState.LOADING):
            control.unload(name)
        if not until(lambda: control.state(name).state in (ModelState.UNAVAILABLE, ModelState.ABSENT)):
            return Pending(f"{name} is unloading")
        folder.remove(self._paths, name)
        return Ready()

    def flaws(self) -> Mapping[tuple[str, str], str]:
        """Each folder hashed, and compared with what was put there."""
        flaws = {
            (version.model, version.digest): folder.flaw(self._paths, version)
            for version in folder.identities(self._paths).values()
        }
        return {version: flaw for version, flaw in flaws.items() if flaw}

    def url(self, model: str) -> str:
        return f"http://{HOST}:{self._ports.gateway}/v2/models/{public_name(model)}/infer"

    def _answering_digest(
        self, model: str, route: FollowedRoute, upstream: str | None, version: str | None
    ) -> str:
        """The digest that answers for a route; where it asks anything else than it says, what it asks."""
        as_written = (upstream, route.upstream_model) == (
            self._ports.upstream,
            upstream_name(model, route.digest),
        )
        if as_written and version in (None, route.version):
            return route.digest
        return f"{route.upstream_model} at {upstream}, called {route.version}"

    @property
    def _ports(self) -> TritonPorts:
        environment = self._paths.folder.name
        try:
            ports = read_triton_ports(self._paths)
        except ValueError as error:
            raise ServingError(
                f"the ports of {environment} cannot be read from {self._paths.ports}: {error}"
            ) from None
        if ports is None:
            raise ServingError(f"no servers have been started for {environment}: run `platform up`")
        return ports

    @property
    def _control(self) -> Control:
        return Control.of(self._paths, self._ports)

    @property
    def _gateway(self) -> GatewayClient:
        return GatewayClient.of(self._paths, self._ports)

    def _versions(self) -> tuple[tuple[Served, ...], tuple[str, ...]]:
        """Our versions, and the names of what Triton has loaded beside them."""
        control = self._control
        index, processes = control.index(), alive(self._paths)
        ours = folder.identities(self._paths)
        versions = tuple(
            _served(version, index.get(name, NOT_THERE), processes.get(name, 0), control)
            for name, version in ours.items()
        )
        unmanaged = (
            name for name, model in index.items() if name not in ours and model.state is ModelState.READY
        )
        return versions, tuple(sorted(unmanaged))

    def _runs(self, candidate: Candidate) -> bool:
        """True when a version that Triton calls ready is the candidate in every detail, with all its instances."""
        name = upstream_name(candidate.model, candidate.ref.digest)
        if alive(self._paths).get(name, 0) < candidate.instances:
            return False
        version = folder.identities(self._paths).get(name)
        if version is None or version.instances != candidate.instances or folder.flaw(self._paths, version):
            return False
        return self._control.running(name) == Running(candidate.instances, fingerprint_of(candidate))

    def _route_entry(self, model: str, weights: Mapping[str, int]) -> routes.RouteEntry | None:
        if not weights:
            return None
        (digest, weight), *more = weights.items()
        if more or weight != 100:
            raise ServingError(
                f"all requests for {model} go to one version here: weights are not supported yet"
            )
        served = next(
            (
                version
                for version in self._versions()[0]
                if (version.model, version.digest) == (model, digest)
            ),
            None,
        )
        if served is None or not served.ready:
            why = served.reason if served else "it is not loaded"
            raise ServingError(f"{model} {short_digest(digest)} cannot be routed to: {why}")
        return routes.RouteEntry(served.version, digest, upstream_name(model, digest))

    def _table(self, state: GatewayState) -> routes.RouteFile:
        """The route file; or what the gateway follows, where that is not the file because it is lost or bad."""
        try:
            file = None if state.error else routes.read(self._paths)
        except ValueError:
            file = None
        return file or routes.in_force(state, self._ports.upstream)


def _served(version: folder.FolderIdentity, loaded: Loaded, running: int, control: Control) -> Served:
    runs = _runs_with(version, control) if loaded.state is ModelState.READY else Running(0, "")
    if loaded.state is not ModelState.READY:
        reason = loaded.reason or loaded.state.lower() or "not loaded"
    elif running < version.instances:
        reason = f"{running} of its {version.instances} instances run"
    else:
        reason = ""
    return Served(
        version.model, version.version, version.digest, not reason, reason, runs.instances, runs.fingerprint
    )


def _runs_with(version: folder.FolderIdentity, control: Control) -> Running:
    """The configuration it runs with; an empty one for a version that is unloaded meanwhile."""
    try:
        return control.running(version.upstream)
    except ServingError:
        if control.state(version.upstream).state is ModelState.READY:
            raise
        return Running(0, "")
