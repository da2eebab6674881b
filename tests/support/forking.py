"""Processes that import everything once and fork for each thing that they are asked for, so that it costs what it is.

One is a module that calls `serve` with what it does; `forking_server` starts it, and gives what asks it.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mlplatform.record.recorder import KEY

REPOSITORY = Path(__file__).parents[2]
Ask = Callable[[Mapping[str, Any]], Any]


@contextmanager
def forking_server(module: str) -> Iterator[Ask]:
    """Asks the module by a line of JSON each, and is answered by one."""
    environment = {"PYTHONPATH": f"{REPOSITORY}:{REPOSITORY / 'tools'}", "PATH": "/usr/bin:/bin"}
    environment |= {name: os.environ[name] for name in (KEY,) if name in os.environ}
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, "-m", module], stdin=pipe, stdout=pipe, text=True, cwd=REPOSITORY, env=environment
    ) as server:

        def ask(what: Mapping[str, Any]) -> Any:
            assert server.stdin
            assert server.stdout
            print(json.dumps(what), file=server.stdin, flush=True)
            return json.loads(server.stdout.readline())

        yield ask
        assert server.stdin
        server.stdin.close()


def serve(work: Callable[..., Mapping[str, Any]]) -> None:
    """Answer until nobody asks any more."""
    for line in sys.stdin:
        print(json.dumps(work(**json.loads(line))), flush=True)
