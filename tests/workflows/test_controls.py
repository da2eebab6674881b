"""controls.yml, run by act: what protects main is compared every day, and what was found is on the ledger."""

import json
import os
import subprocess

import pytest

from mlplatform.providers.signing.envelope import payload_of
from tests.support.hosted import PLATFORM, TOKEN, Hosted

pytestmark = pytest.mark.exhaustive


def recorded(world: Hosted) -> str:
    world.git("fetch", "-q", "origin", "evidence")
    return payload_of(world.git("show", "FETCH_HEAD:envelope.json").encode()).decode()


def test_what_is_not_in_force_is_red_and_on_the_ledger_and_setup_makes_it_green(world: Hosted) -> None:
    ran = world.run("controls.yml", "schedule", {"schedule": "7 4 * * *"})
    assert not ran.succeeded
    assert "ruleset `platform: main` is missing" in ran.output
    (predicate,) = [json.loads(recorded(world))["predicate"]]
    assert "platform: main" in json.dumps(predicate["differences"])
    environment = {**os.environ, "GITHUB_TOKEN": TOKEN}
    setup = [PLATFORM, "forge", "setup", "--apply"]
    done = subprocess.run(setup, cwd=world.runner, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    ran = world.run("controls.yml", "schedule", {"schedule": "7 4 * * *"})
    assert ran.succeeded, ran.output
    assert '"differences": []' in recorded(world)
