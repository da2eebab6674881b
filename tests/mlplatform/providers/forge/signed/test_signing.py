"""A statement is signed with the key that one names, and a signature is what its key, its words and its purpose say."""

import os
import pty
import subprocess
import sys
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from mlplatform.core.errors import Refusal
from mlplatform.providers.forge.interface import ForgeError
from mlplatform.providers.forge.signed.signers import NAMESPACE, Signers
from mlplatform.providers.forge.signed.signing import default_key, person_of, signed_by
from mlplatform.providers.signing import ssh
from tests.support.reviewers import Reviewers
from tests.support.scratch import Scratch, isolate, scratch

DATA = b'{"action": "approve"}\n'
SIGN = "import sys; from pathlib import Path; from mlplatform.providers.signing.ssh import sign; "
SIGN += "Path(sys.argv[2]).write_bytes(sign(Path(sys.argv[3]).read_bytes(), Path(sys.argv[1]), 'platform-review'))"


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scratch:
    isolate(monkeypatch, tmp_path / "home")
    return scratch(tmp_path / "clone", {"README.md": "a platform\n"})


@pytest.fixture
def signers(keys: Reviewers) -> Signers:
    return Signers({keys.public(name): name for name in ("ada", "grace")}, {})


@pytest.fixture
def agent(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An agent of ssh that holds no key yet."""
    said = subprocess.run(["ssh-agent", "-s"], capture_output=True, text=True, check=True).stdout
    variables = dict(line.split(";")[0].split("=") for line in said.splitlines() if "=" in line)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    yield
    subprocess.run(["ssh-agent", "-k"], capture_output=True, check=True)


def sign(data: bytes, key: Path) -> bytes:
    return ssh.sign(data, key, NAMESPACE)


def test_a_signature_names_the_person_of_its_key(keys: Reviewers, signers: Signers) -> None:
    for person in ("ada", "grace"):
        assert signed_by(DATA, sign(DATA, keys.key(person)), signers) == person


def test_a_signature_holds_for_its_words_alone(keys: Reviewers, signers: Signers) -> None:
    signature = sign(DATA, keys.key("ada"))
    with pytest.raises(ForgeError, match="the signature is not valid"):
        signed_by(DATA.replace(b"approve", b"request"), signature, signers)


def test_a_signature_by_a_key_that_is_not_listed_is_nobodys(keys: Reviewers, signers: Signers) -> None:
    with pytest.raises(ForgeError, match="a key that is nobody's"):
        signed_by(DATA, sign(DATA, keys.key("mallory")), signers)


def test_a_signature_that_was_made_for_git_is_no_review(
    keys: Reviewers, signers: Signers, tmp_path: Path
) -> None:
    file = tmp_path / "data"
    file.write_bytes(DATA)
    command = ["ssh-keygen", "-Y", "sign", "-q", "-f", str(keys.key("ada")), "-n", "git", str(file)]
    subprocess.run(command, check=True)
    with pytest.raises(ForgeError, match="Namespace"):
        signed_by(DATA, (tmp_path / "data.sig").read_bytes(), signers)


def armored(raw: bytes) -> bytes:
    return b"-----BEGIN SSH SIGNATURE-----\n" + b64encode(raw) + b"\n-----END SSH SIGNATURE-----\n"


def test_whatever_stands_in_place_of_a_signature_is_not_valid(keys: Reviewers, signers: Signers) -> None:
    raw = b64decode(b"".join(sign(DATA, keys.key("ada")).splitlines()[1:-1]))
    assert signed_by(DATA, armored(raw), signers) == "ada"
    cut = [raw[:length] for length in range(0, len(raw), 7)]
    odd = [raw.replace(b"sha512", b"shake_128"), b"ssh-rsa".join(raw.rsplit(b"ssh-ed25519", 1)), b"SSHSIG"]
    for data in (b"", b"\xff", b"\n", *map(armored, cut + odd)):
        with pytest.raises(ForgeError):
            signed_by(DATA, data, signers)


def test_a_signature_with_another_bit_is_not_somebody_elses(keys: Reviewers, signers: Signers) -> None:
    raw = b64decode(b"".join(sign(DATA, keys.key("ada")).splitlines()[1:-1]))
    for at in range(len(raw)):
        with suppress(ForgeError):  # a few bits mean nothing
            assert signed_by(DATA, armored(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]), signers) == "ada"


def test_a_key_is_known_by_its_public_half_or_without_it(keys: Reviewers, signers: Signers) -> None:
    key = keys.key("ada")
    public = key.with_name("ada.pub")
    assert (person_of(key, signers), person_of(public, signers)) == ("ada", "ada")
    public.unlink()
    assert person_of(key, signers) == "ada"
    with pytest.raises(Refusal, match="is nobody's key") as refused:
        person_of(keys.key("mallory"), signers)
    assert refused.value.fix


def test_the_key_is_the_one_that_git_signs_with(repo: Scratch) -> None:
    with pytest.raises(Refusal, match="which key to sign with is not known"):
        default_key(repo.git)
    repo.run("config", "user.signingKey", "~/.ssh/id_ed25519")
    assert default_key(repo.git) == Path(os.environ["HOME"], ".ssh/id_ed25519")


def test_a_key_that_is_not_there_or_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no key\n")
    (tmp_path / "text").chmod(0o600)
    with pytest.raises(Refusal, match="there is no key"):
        sign(DATA, tmp_path / "missing")
    with pytest.raises(Refusal, match="text cannot be used"):
        sign(DATA, tmp_path / "text")


def test_the_public_half_is_enough_where_an_agent_has_the_other(
    agent: None, keys: Reviewers, signers: Signers
) -> None:
    key = keys.key("ada")
    subprocess.run(["ssh-add", "-q", str(key)], check=True)
    key.unlink()
    assert signed_by(DATA, sign(DATA, key.with_name("ada.pub")), signers) == "ada"


def encrypted(keys: Reviewers) -> Path:
    key = keys.key("ada")
    subprocess.run(["ssh-keygen", "-q", "-p", "-P", "", "-N", "a secret", "-f", str(key)], check=True)
    return key


def test_the_passphrase_of_a_key_is_asked_for_on_the_terminal(
    repo: Scratch, keys: Reviewers, signers: Signers, tmp_path: Path
) -> None:
    key, signature = encrypted(keys), tmp_path / "signature"
    (tmp_path / "data").write_bytes(DATA)
    child, terminal = pty.fork()
    if child == 0:
        command = [sys.executable, "-c", SIGN, str(key), str(signature), str(tmp_path / "data")]
        os.execv(sys.executable, command)  # noqa: S606 the terminal is this process's
    shown = b""
    while b"passphrase" not in shown:
        shown += os.read(terminal, 1024)
    os.write(terminal, b"a secret\n")
    assert os.waitpid(child, 0)[1] == 0
    os.close(terminal)
    assert signed_by(DATA, signature.read_bytes(), signers) == "ada"


def test_without_a_terminal_a_key_with_a_passphrase_is_refused(repo: Scratch, keys: Reviewers) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SIGN, str(encrypted(keys)), "signature", os.devnull],
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "ada cannot be used: " in done.stderr
