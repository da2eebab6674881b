"""The inference gateway: clients ask it for a model by its public name, one Triton server answers behind it.

`python -m mlgateway --listen 127.0.0.1:PORT --routes FILE`. The package imports nothing of the control plane;
the two meet in the route file (routes.py) and in `GET /gateway/state` (gateway.py).

A request's way through the modules: http_parser (bytes to requests) → client (one connection, answers in order) →
gateway (which endpoint) → forward (which version, retries) → dispatch (in flight) → pool → upstream → triton (names
in the answer). route_watcher.py keeps the route table up to date.
"""

VERSION = "1.0.0"
