"""python -m mlgateway --listen 127.0.0.1:PORT --routes FILE"""

import argparse
import asyncio
import errno
import gc
import logging
import math
import resource
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path

import uvloop

from mlgateway.dispatch import Dispatcher
from mlgateway.gateway import Gateway
from mlgateway.limits import GatewayLimits
from mlgateway.route_watcher import RouteWatcher
from mlgateway.routes import Address, RoutesError, parse_address
from mlgateway.server import HttpServer

_HELP = {
    "max_head": "largest head of a request, in bytes",
    "max_body": "largest body of a request or an answer, in bytes",
    "connect_seconds": "time to connect to the upstream",
    "response_seconds": "time for the upstream to answer a request",
    "client_seconds": "time for a client to send a request, read an answer, or stay idle",
    "drain_seconds": "time to finish what is in flight after SIGTERM",
}
_log = logging.getLogger("mlgateway")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until SIGTERM or SIGINT; returns 0 (ended as asked), 1 (could not listen) or 3 (our fault)."""
    options = _parser().parse_args(arguments)
    limits = GatewayLimits(**{field.name: getattr(options, field.name) for field in fields(GatewayLimits)})
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.raiseExceptions = False  # a full disk under the log must not disturb requests
    _, hard_limit = resource.getrlimit(resource.RLIMIT_NOFILE)  # a request takes two: client and upstream
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard_limit, hard_limit))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_run(options.listen, options.routes, limits))


async def _run(listen: Address, routes: Path, limits: GatewayLimits) -> int:
    dispatcher = Dispatcher(limits)
    watcher = RouteWatcher(routes, dispatcher)
    server = HttpServer(limits, Gateway(dispatcher, watcher).answer)
    watcher.look()
    try:
        bound = await server.start(listen)
    except OSError as error:
        sys.stderr.write(f"mlgateway: {_why_not(listen, error)}\n")
        return 1
    stop_requested = _stop_signal()
    gc.freeze()  # what lives as long as the process need not be walked by every collection
    _log.info("listening on %s", bound)
    background = {asyncio.create_task(watcher.follow()), asyncio.create_task(server.sweep())}
    ended, _ = await asyncio.wait(
        {asyncio.create_task(stop_requested.wait()), *background}, return_when="FIRST_COMPLETED"
    )
    await server.stop()
    for task in ended & background:
        _log.critical("a fault of the gateway itself", exc_info=task.exception())
        return 3
    _log.info("ended")
    return 0


def _stop_signal() -> asyncio.Event:
    stop_requested = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop_requested.set)
    return stop_requested


def _why_not(address: Address, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"{address} is taken; stop what listens there or give another --listen"
    return f"cannot listen on {address}: {error.strerror or error}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mlgateway",
        description="Answer Open Inference Protocol v2 requests with the versions that a route file names.",
        epilog="example: python -m mlgateway --listen 127.0.0.1:8080 --routes routes.json",
    )
    parser.add_argument(
        "--listen",
        required=True,
        type=_address,
        metavar="HOST:PORT",
        help="port 0: any free one, see the log",
    )
    parser.add_argument("--routes", required=True, type=Path, metavar="FILE", help="followed while running")
    for field in fields(GatewayLimits):
        flag = "--" + field.name.replace("_", "-")
        kind = _positive(int if isinstance(field.default, int) else float)
        parser.add_argument(flag, type=kind, default=field.default, help=f"{_HELP[field.name]} (%(default)s)")
    return parser


def _positive(kind: Callable[[str], float]) -> Callable[[str], float]:
    def number(text: str) -> float:
        value = kind(text)
        if not 0 < value < math.inf:
            raise ValueError
        return value

    return number


def _address(text: str) -> Address:
    try:
        return parse_address(text, lowest_port=0)
    except RoutesError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


if __name__ == "__main__":
    sys.exit(main())
