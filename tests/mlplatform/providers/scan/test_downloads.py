"""Which scripts run what they download unseen."""

import pytest

from mlplatform.providers.scan.checks.downloads import LINE, runs_download


@pytest.mark.parametrize(
    "script",
    [
        "curl -sSL https://a.example/i.sh | sudo sh",
        "curl https://a.example | bash -s -- -y",
        "wget -qO- https://a.example | sh",
        "curl https://a.example | tee log | sudo -E bash -",
        "curl https://a.example | env A=b /bin/sh",
        "curl https://a.example | gunzip | bash",
        "curl https://a.example | python3",
        "curl https://a.example | python3 -",
        "curl https://a.example \\\n  | bash",
        "curl https://a.example |\n  sh",
        "bash <(curl -s https://a.example)",
        ". <(curl https://a.example)",
        'sh -c "$(curl -fsSL https://a.example)"',
        'eval "$(curl https://a.example)"',
        "bash -c 'curl https://a.example | sh'",
        "iex (irm https://a.example)",
        "irm https://a.example | iex",
        "curl -o i.sh https://a.example && sh i.sh",
        "curl -fsSLO https://a.example/install.sh\nbash ./install.sh",
        "wget https://a.example/install.sh\nbash install.sh",
        "curl -L https://a.example > i.sh\nchmod +x i.sh\n. i.sh",
        "curl https://a.example/get.py -o get.py; python get.py",
        "echo Y3VybA== | base64 -d | sh",
        f"curl {'a' * LINE}",
    ],
)
def test_what_is_downloaded_and_run_is_found(script: str) -> None:
    assert runs_download(script)


@pytest.mark.parametrize(
    "script",
    [
        "curl https://a.example | python -m json.tool",
        "curl https://a.example | python3 -c 'import json, sys; json.load(sys.stdin)'",
        "curl https://a.example | jq .",
        "curl https://a.example | tar xz",
        "curl -Lo kubectl https://a.example && chmod +x kubectl",
        "curl -o i.sh https://a.example && echo 'ab  i.sh' | sha256sum -c && sh i.sh",
        "# curl https://a.example | sh",
        "curl -fsS localhost/health || sh stop.sh",
        "curl https://a.example/model.onnx -o model.onnx && python train.py",
        "wget https://a.example/a.tar.gz && tar xzf a.tar.gz && bash build.sh",
        "apt-get install -y curl bash",
        "make test && bash run.sh",
    ],
)
def test_what_is_looked_at_or_run_from_the_repository_passes(script: str) -> None:
    assert runs_download(script) == ""
