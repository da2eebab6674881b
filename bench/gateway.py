"""What the gateway costs: requests a second and latency through it, and straight to the same Triton.

    python bench/gateway.py [--runs 5] [--seconds 3] [--connections 16]

HAProxy and nginx are measured in the same run when they are on PATH, as proxies that do less (no names, no versions).
The load comes from wrk when it is on PATH, else from asyncio in this process, which is slower than what it measures.
"""

import argparse
import asyncio
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.mlgateway.running import INFER, UPSTREAM_MODEL, start_gateway, table, write_routes  # noqa: E402
from tests.mlgateway.triton_server import free_port, infer_body, running_triton, serving_python  # noqa: E402

WRK_SCRIPT = """
wrk.method = "POST"
wrk.body = [[%s]]
wrk.headers["Content-Type"] = "application/json"
done = function(summary, latency, requests)
  local failed = summary.errors
  print(string.format("RESULT %%d %%d %%f %%f %%d", summary.requests, summary.duration, latency:percentile(50),
    latency:percentile(99), failed.connect + failed.read + failed.write + failed.status + failed.timeout))
end
"""
HAPROXY = """
global
  nbthread 1
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  http-reuse always
frontend clients
  bind {listen}
  default_backend triton
backend triton
  server triton {upstream}
"""
NGINX = """
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{ worker_connections 512; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  upstream triton {{ server {upstream}; keepalive 64; }}
  server {{
    listen {listen};
    location / {{ proxy_pass http://triton; proxy_http_version 1.1; proxy_set_header Connection ""; }}
  }}
}}
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """One run: requests a second, and milliseconds."""

    rate: float
    p50: float
    p99: float


@dataclass(frozen=True, slots=True)
class Load:
    """How the load is made."""

    seconds: float
    connections: int
    body: bytes


def main() -> int:
    options = _options()
    python = serving_python()
    if python is None:
        print("bench/gateway.py needs the serving environment: run `make bench BENCH=gateway`")
        return 1
    load = Load(options.seconds, options.connections, infer_body())
    measure = _with_wrk if shutil.which("wrk") else _with_asyncio
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        targets = _targets(running, python, Path(folder))
        for url in targets.values():
            measure(url, Load(0.5, load.connections, load.body), Path(folder))
        runs: dict[str, list[Measured]] = {name: [] for name in targets}
        for _ in range(options.runs):  # in turns, so that whatever else the machine does disturbs all alike
            for name, url in targets.items():
                runs[name].append(measure(url, load, Path(folder)))
    _print(runs, load, "wrk, 1 thread" if measure is _with_wrk else "asyncio")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure the gateway against Triton alone.")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--connections", type=int, default=16)
    return parser.parse_args()


def _targets(running: ExitStack, python: Path, folder: Path) -> dict[str, str]:
    """The URL of an inference by the name of the way to it; everything is ended with `running`."""
    triton = running.enter_context(running_triton(python, folder))
    triton.add(UPSTREAM_MODEL, 2.0)
    write_routes(folder / "routes.json", table(triton.address))
    gateway = start_gateway(folder)
    running.callback(gateway.stop)
    direct = f"/v2/models/{UPSTREAM_MODEL}/infer"
    targets = {
        "Triton alone": f"http://{triton.address}{direct}",
        "gateway": f"http://127.0.0.1:{gateway.port}{INFER}",
    }
    for name, template in (("haproxy", HAPROXY), ("nginx", NGINX)):
        if program := shutil.which(name):
            listen = running.enter_context(_proxy(program, template, triton.address, folder))
            targets[name] = f"http://{listen}{direct}"
    return targets


@contextmanager
def _proxy(program: str, template: str, upstream: str, folder: Path) -> Iterator[str]:
    listen = f"127.0.0.1:{free_port()}"
    name = Path(program).name
    configuration = folder / f"{name}.conf"
    configuration.write_text(template.format(listen=listen, upstream=upstream, folder=folder))
    with (folder / f"{name}.out").open("wb") as log:
        more = ["-db", "-f"] if name == "haproxy" else ["-p", str(folder), "-c"]
        process = subprocess.Popen([program, *more, str(configuration)], stdout=log, stderr=log)
    try:
        _wait_for(listen)
        yield listen
    finally:
        process.terminate()
        process.wait()


def _wait_for(address: str) -> None:
    host, port = address.split(":")
    deadline = time.monotonic() + 10
    while True:
        try:
            asyncio.run(_open(host, int(port)))
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


async def _open(host: str, port: int) -> None:
    _, writer = await asyncio.open_connection(host, port)
    writer.close()


def _with_wrk(url: str, load: Load, folder: Path) -> Measured:
    script = folder / "load.lua"
    script.write_text(WRK_SCRIPT % load.body.decode())
    seconds = f"-d{max(1, round(load.seconds))}s"
    command = ["wrk", "-t1", f"-c{load.connections}", seconds, "-s", str(script), url]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"^RESULT (.*)$", said, re.MULTILINE)
    if not found:
        raise SystemExit(f"wrk said: {said}")
    requests, microseconds, p50, p99, failed = (float(part) for part in found[1].split())
    if failed:
        raise SystemExit(f"{failed:.0f} of {requests:.0f} requests to {url} failed")
    return Measured(requests / microseconds * 1e6, p50 / 1e3, p99 / 1e3)


def _with_asyncio(url: str, load: Load, _: Path) -> Measured:
    times, taken = asyncio.run(_load(url, load))
    cuts = statistics.quantiles(times, n=100)
    return Measured(len(times) / taken, cuts[49] * 1e3, cuts[98] * 1e3)


async def _load(url: str, load: Load) -> tuple[list[float], float]:
    host, _, path = url.removeprefix("http://").partition("/")
    head = f"POST /{path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {len(load.body)}\r\n\r\n"
    started = time.perf_counter()
    request, end = head.encode() + load.body, started + load.seconds
    times = await asyncio.gather(*(_ask(host, request, end) for _ in range(load.connections)))
    return [one for found in times for one in found], time.perf_counter() - started


async def _ask(address: str, request: bytes, end: float) -> list[float]:
    host, port = address.split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    times = []
    while (begun := time.perf_counter()) < end:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        if not head.startswith(b"HTTP/1.1 200") or not length:
            raise SystemExit(f"{address} answered {head!r}")
        await reader.readexactly(int(length[1]))
        times.append(time.perf_counter() - begun)
    writer.close()
    return times


def _print(runs: dict[str, list[Measured]], load: Load, maker: str) -> None:
    count = len(next(iter(runs.values())))
    print(
        f"\nmedians of {count} runs of {load.seconds:g} s in turns, {load.connections} connections, load by {maker}, "
        f"{os.cpu_count()} cores for everything; a model that scales 4 numbers\n"
    )
    print(f"{'':14}{'requests/s':>11}{'of direct':>11}{'p50 ms':>9}{'p99 ms':>9}{'lowest':>9}{'highest':>9}")
    direct = 0.0
    for name, measured in runs.items():
        rate = _median(measured, lambda run: run.rate)
        direct = direct or rate
        p50, p99 = _median(measured, lambda run: run.p50), _median(measured, lambda run: run.p99)
        rates = [run.rate for run in measured]
        share = f"{rate / direct:.0%}"
        print(f"{name:14}{rate:11,.0f}{share:>11}{p50:9.2f}{p99:9.2f}{min(rates):9,.0f}{max(rates):9,.0f}")


def _median(measured: list[Measured], value: Callable[[Measured], float]) -> float:
    return statistics.median(value(run) for run in measured)


if __name__ == "__main__":
    sys.exit(main())
