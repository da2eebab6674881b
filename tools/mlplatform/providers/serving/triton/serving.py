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
from mlplatform.providers.serving.triton import folder, routes
from mlplatform.providers.serving.triton.config import fingerprint_of, public_name, upstream_name
from mlplatform.providers.serving.triton.control import NOT_THERE, Control, Loaded, Running, State, refused
from mlplatform.providers.serving.triton.gateway import (
    Gateway,
    GatewayState,
    InForce,
    RoutesRefused,
)
from mlplatform.providers.serving.triton.http import NoAnswer
from mlplatform.providers.serving.triton.infer import infer
from mlplatform.providers.serving.triton.instances import alive
from mlplatform.providers.serving.triton.ports import HOST, Ports, read_ports
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
        versions, strangers = self._versions()
        state = self._gateway.state()
        labels = {(held.model, held.digest): held.version for held in versions}
        weights: dict[str, dict[str, int]] = {}
        for name, found in state.models.items():
            model = name.replace(".", "/")
            weights[model] = {
                self._asked(model, route, state.upstream, labels.get((model, route.digest))): route.weight
                for route in found
            }
        trouble = f"the gateway keeps to the last good routes: {state.error}" if state.error else ""
        return Observation(versions, weights, trouble, strangers)

    def ensure(self, candidate: Candidate) -> Ready | Pending:
        """Put the verified folder and load it; what fails to load is taken away again, so that no restart tries it."""
        name, control = upstream_name(candidate.model, candidate.ref.digest), self._control
        before = control.state(name).state
        if before in (State.LOADING, State.UNLOADING):
            return Pending(f"{name} is {before.lower()}")
        if before is State.READY and self._runs(candidate):
            return Ready()
        undo = folder.put(self._paths, candidate, serving=before is State.READY)
        try:
            reason = control.load(name)
        except NoAnswer:
            if control.state(name).state is State.LOADING:
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
        name, wanted, gateway = public_name(model), self._wanted(model, weights), self._gateway
        with routes.locked(self._paths):
            state = gateway.state()
            before = self._table(state)
            table = replace(before.routing(name, wanted), upstream=self._ports.upstream)
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
        if control.state(name).state in (State.READY, State.LOADING):
            control.unload(name)
        if not until(lambda: control.state(name).state in (State.UNAVAILABLE, State.ABSENT)):
            return Pending(f"{name} is unloading")
        folder.remove(self._paths, name)
        return Ready()

    def flaws(self) -> Mapping[tuple[str, str], str]:
        """Each folder hashed, and compared with what was put there."""
        held = folder.identities(self._paths).values()
        found = {(one.model, one.digest): folder.flaw(self._paths, one) for one in held}
        return {which: flaw for which, flaw in found.items() if flaw}

    def url(self, model: str) -> str:
        return f"http://{HOST}:{self._ports.gateway}/v2/models/{public_name(model)}/infer"

    def _asked(self, model: str, route: InForce, upstream: str | None, version: str | None) -> str:
        """The digest that answers for a route; where it asks anything else than it says, what it asks."""
        as_written = (upstream, route.upstream_model) == (
            self._ports.upstream,
            upstream_name(model, route.digest),
        )
        if as_written and version in (None, route.version):
            return route.digest
        return f"{route.upstream_model} at {upstream}, called {route.version}"

    @property
    def _ports(self) -> Ports:
        environment = self._paths.folder.name
        try:
            ports = read_ports(self._paths)
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
    def _gateway(self) -> Gateway:
        return Gateway.of(self._paths, self._ports)

    def _versions(self) -> tuple[tuple[Served, ...], tuple[str, ...]]:
        """Our versions, and the names of what Triton has loaded beside them."""
        control = self._control
        index, processes = control.index(), alive(self._paths)
        ours = folder.identities(self._paths)
        versions = tuple(
            _served(held, index.get(name, NOT_THERE), processes.get(name, 0), control)
            for name, held in ours.items()
        )
        strangers = (name for name, found in index.items() if name not in ours and found.state is State.READY)
        return versions, tuple(sorted(strangers))

    def _runs(self, candidate: Candidate) -> bool:
        """Whether a version that Triton calls ready is the candidate in every detail, with all its instances."""
        name = upstream_name(candidate.model, candidate.ref.digest)
        if alive(self._paths).get(name, 0) < candidate.instances:
            return False
        held = folder.identities(self._paths).get(name)
        if held is None or held.instances != candidate.instances or folder.flaw(self._paths, held):
            return False
        return self._control.running(name) == Running(candidate.instances, fingerprint_of(candidate))

    def _wanted(self, model: str, weights: Mapping[str, int]) -> routes.Route | None:
        if not weights:
            return None
        (digest, weight), *more = weights.items()
        if more or weight != 100:
            raise ServingError(
                f"all requests for {model} go to one version here: weights are not supported yet"
            )
        served = next(
            (held for held in self._versions()[0] if (held.model, held.digest) == (model, digest)), None
        )
        if served is None or not served.ready:
            why = served.reason if served else "it is not loaded"
            raise ServingError(f"{model} {short_digest(digest)} cannot be routed to: {why}")
        return routes.Route(served.version, digest, upstream_name(model, digest))

    def _table(self, state: GatewayState) -> routes.Table:
        """The route file; or what the gateway follows, where that is not the file because it is lost or bad."""
        try:
            found = None if state.error else routes.read(self._paths)
        except ValueError:
            found = None
        return found or routes.in_force(state, self._ports.upstream)


def _served(held: folder.Identity, loaded: Loaded, running: int, control: Control) -> Served:
    runs = _runs_with(held, control) if loaded.state is State.READY else Running(0, "")
    if loaded.state is not State.READY:
        reason = loaded.reason or loaded.state.lower() or "not loaded"
    elif running < held.instances:
        reason = f"{running} of its {held.instances} instances run"
    else:
        reason = ""
    return Served(held.model, held.version, held.digest, not reason, reason, runs.instances, runs.fingerprint)


def _runs_with(held: folder.Identity, control: Control) -> Running:
    """What it runs with; nothing is known of one that is unloaded meanwhile."""
    try:
        return control.running(held.upstream)
    except ServingError:
        if control.state(held.upstream).state is State.READY:
            raise
        return Running(0, "")
