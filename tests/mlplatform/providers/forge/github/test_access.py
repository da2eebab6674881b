"""Credentials from the environment."""

from functools import cache

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from mlplatform.providers.forge.github.access import read_access, require_encryption
from mlplatform.providers.forge.interface import ForgeError

from .conftest import TOKEN, VERDICT_APP, World


@cache
def key_pair() -> tuple[str, bytes]:
    """Return a private key as GitHub hands it out, and the public one."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private.decode(), public


def as_app(
    world: World, patch: pytest.MonkeyPatch, slug: str = "verdicts", number: int = VERDICT_APP
) -> None:
    """Have the environment hold the key of an App that is installed."""
    private, world.server.public_key = key_pair()
    world.state.app(slug, number)
    patch.setenv("PLATFORM_APP_ID", str(number))
    patch.setenv("PLATFORM_APP_KEY", private)


def test_an_app_acts_as_its_installation_and_asks_for_a_token_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_app(world, monkeypatch)
    forge = world.forge()
    forge.post_status(world.first, "success", "all is well")
    forge.post_comment("11", "check", "well")
    forge.post_comment("11", "check", "better")
    assert world.state.statuses[0]["creator"].login == "verdicts[bot]"
    assert [comment["body"].splitlines()[1] for comment in world.state.comments] == ["better"]
    assert world.server.asked("access_tokens") == 1
    assert "ghs_" not in repr(forge)
    assert "PRIVATE" not in repr(forge)


def test_an_app_that_is_not_installed_or_not_known_is_an_error(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_app(world, monkeypatch)
    monkeypatch.setenv("PLATFORM_APP_ID", "1")
    with pytest.raises(ForgeError, match="does not accept the credentials"):
        world.forge().pull_request("11")


def test_an_apps_token_is_asked_for_again_after_502_and_garbage_is_an_error(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_app(world, monkeypatch)
    world.server.fail("502", "access_tokens", times=2)
    assert world.forge().pull_request("11").number == 11
    world.server.fail("garbage", "access_tokens")
    with pytest.raises(ForgeError, match="access_tokens cannot be read"):
        world.forge().pull_request("11")


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({}, "no credentials .*GITHUB_TOKEN, or PLATFORM_APP_ID and PLATFORM_APP_KEY"),
        ({"PLATFORM_APP_ID": "1", "GITHUB_TOKEN": TOKEN}, "PLATFORM_APP_KEY is not set"),
        ({"PLATFORM_APP_KEY": "k"}, "PLATFORM_APP_ID is not set"),
        ({"PLATFORM_APP_ID": "one", "PLATFORM_APP_KEY": "k"}, "PLATFORM_APP_ID is not a number"),
        ({"PLATFORM_APP_ID": "1", "PLATFORM_APP_KEY": "s3cret"}, "PLATFORM_APP_KEY is not a private key"),
        ({"GITHUB_TOKEN": f"{TOKEN}\nX-Evil: 1"}, "GITHUB_TOKEN cannot be a token"),
    ],
)
def test_credentials_that_are_incomplete_or_none_are_an_error_that_shows_none(
    environment: dict[str, str], message: str
) -> None:
    with pytest.raises(ForgeError, match=message) as error:
        read_access(environment)
    assert "s3cret" not in str(error.value)
    assert TOKEN not in str(error.value)


def test_credentials_are_sent_encrypted_but_on_this_machine() -> None:
    require_encryption("https://api.github.com")
    require_encryption("http://127.0.0.1:8080")
    for url in ("http://api.github.com", "http://127.0.0.1.example.com", "http://localhost.example.com:80/x"):
        with pytest.raises(ForgeError, match="sent encrypted only"):
            require_encryption(url)


def test_the_repr_of_a_token_shows_nothing_of_it() -> None:
    assert TOKEN not in repr(read_access({"GITHUB_TOKEN": TOKEN}))
