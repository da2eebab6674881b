"""An authority's timestamp, by a real one: openssl answers behind a small server."""

import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from mlplatform.core.errors import Refusal
from mlplatform.core.evidence.trust import TrustRoots
from tests.support.evidence import Recorded, recorded
from tests.support.scratch import isolate

CONFIGURATION = """
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[stamper]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[tsa]
default_tsa = tsa1
[tsa1]
serial = {folder}/serial
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
signer_digest = sha256
accuracy = secs:1
"""


class Authority:
    """A timestamp authority on loopback; `certificate` is the one to trust."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        (folder / "tsa.cnf").write_text(CONFIGURATION.format(folder=folder))
        (folder / "serial").write_text("01\n")
        self.openssl(
            *[
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-subj",
                "/CN=root",
                "-days",
                "2",
                "-extensions",
                "authority",
            ]
        )
        authority = self.folder
        new = "req -newkey rsa:2048 -nodes -subj /CN=stamper -keyout stamper.key -out stamper.csr"
        self.openssl(*new.split())
        sign = (
            "x509 -req -in stamper.csr -CA root.pem -CAkey root.key -CAcreateserial -days 2 -out stamper.pem"
        )
        self.openssl(*sign.split(), "-extfile", "tsa.cnf", "-extensions", "stamper")

        class Answer(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                query = self.rfile.read(int(self.headers["Content-Length"]))
                (authority / "query").write_bytes(query)
                reply = "ts -reply -queryfile query -signer stamper.pem -inkey stamper.key -out reply"
                subprocess.run(
                    ["openssl", *reply.split(), "-config", "tsa.cnf"],
                    cwd=authority,
                    check=True,
                    capture_output=True,
                )
                body = (authority / "reply").read_bytes()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self.server.server_port}/tsr"
        Thread(target=self.server.serve_forever, daemon=True).start()

    def openssl(self, *arguments: str) -> None:
        named = {"-x509": ("-keyout", "root.key", "-out", "root.pem")}
        more = next((extra for word, extra in named.items() if word in arguments), ())
        configured = ("-config", "tsa.cnf") if arguments[0] == "req" else ()
        command = ["openssl", *arguments, *more, *configured]
        subprocess.run(command, cwd=self.folder, check=True, capture_output=True)

    @property
    def certificate(self) -> str:
        return (self.folder / "root.pem").read_text()


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[Authority]:
    made = Authority(tmp_path / "authority")
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recorded:
    isolate(monkeypatch, tmp_path / "home")
    return recorded(tmp_path, 0)


def stamped(made: Recorded, url: str) -> None:
    """Have main name a timestamp server."""
    made.platform.land(
        {"platform.yaml": made.platform.repo.read("platform.yaml") + f"\ntimestampServer: {url}\n"}
    )


def trusting(made: Recorded, authority: Authority) -> TrustRoots:
    return made.trust.model_copy(
        update={"genesis": made.git.resolve("main~1"), "timestampAuthorities": [authority.certificate]}
    )


def test_a_record_has_the_word_of_the_authority_that_main_names(made: Recorded, authority: Authority) -> None:
    stamped(made, authority.url)
    made.merged("first")
    assert "timestamp.tsr" in made.files(made.records()[0])
    assert made.problems(trust=trusting(made, authority)) == []


def test_a_timestamp_of_something_else_or_of_another_authority_is_found(
    made: Recorded, authority: Authority, tmp_path: Path
) -> None:
    stamped(made, authority.url)
    made.merged("first")
    other = Authority(tmp_path / "other")
    trust = trusting(made, other)
    assert made.problems(trust=trust) == [("timestamp-invalid", made.records()[0])]
    other.server.shutdown()
    other.server.server_close()
    made.merged("second")
    first, second = made.records()[0], made.records()[1]
    taken = made.files(first)["timestamp.tsr"]
    commits = made.rewrite(lambda records: [records[0], {**records[1], "timestamp.tsr": taken}])
    trust = trusting(made, authority).model_copy(update={"genesis": made.git.resolve("main~2")})
    assert made.problems(trust=trust) == [("timestamp-invalid", commits[1])]
    assert second not in commits


def test_where_the_authority_does_not_answer_nothing_is_recorded_and_the_next_run_catches_up(
    made: Recorded, authority: Authority
) -> None:
    made.merged("first")
    stamped(made, "http://127.0.0.1:1")
    with pytest.raises(Refusal, match="timestamp server"):
        made.record()
    assert len(made.records()) == 1
    stamped(made, authority.url)
    made.record()
    assert len(made.records()) == 3
