"""Secrets are told from digests, identifiers and examples. Those here are put together when the tests run."""

import base64
import json

import pytest

from mlplatform.providers.secrets import find_secrets

LETTERS = "q7Wd0ZxK3mVb9TnR2sLh5YcJ8pFg4EaU6oMi1QkXv0Bz"
AWS = "AKIA" + "Q3EGRTYUIOPLKJHG"
AWS_OTHER = "wJalrXUtnFEMIK7MDENG" + "bPxRfiCYzX9qLpAbCdEf"
GITHUB = "ghp_" + LETTERS[:36]
KEY = "-----BEGIN RSA " + "PRIVATE KEY-----\n" + "MIIEowIBAAKCAQEA" + LETTERS + "\n"
SECRETS = {
    "an AWS key": AWS,
    "the secret of an AWS key": f'AWS_SECRET_ACCESS_KEY = "{AWS_OTHER}"',
    "without quotes": f"aws_secret_access_key={AWS_OTHER}",
    "a GitHub token": f"# token {GITHUB}",
    "another GitHub token": "github_pat_" + LETTERS,
    "a GitLab token": "glpat-" + LETTERS[:20],
    "a Slack token": "xoxb-" + "123412341234-123412341234-" + "abcDEF123abcDEF123".lower(),
    "a Stripe key": "sk_live_" + LETTERS[:24],
    "a Hugging Face token": "hf_" + "qWdZxKmVbTnRsLhYcJpFgEaUoMiQkXvBzPwr"[:34],
    "an API key": "sk-proj-" + LETTERS,
    "a private key": KEY,
    "a private key in JSON": json.dumps({"private_key": KEY.replace("RSA ", "")}),
    "a password": f'password: "{LETTERS[:16]}"',
    "a password in a URL": "postgresql://ada:" + LETTERS[:14] + "@db.acme.io/models",
    "in base64": base64.b64encode(f"key = {AWS}; region = us-east-1".encode()).decode(),
    "in a notebook": json.dumps({"cells": [{"source": [f'API_KEY = "{LETTERS[:24]}"\n']}]}),
    "in a cell of a table": f"id,note\n1,{AWS}\n",
}
HARMLESS = {
    "a digest": "digest: sha256:9e4911bc325a23402a3c233e9d75fe9b1a3b7efca8cdc3c126414afa53a5bb36",
    "a hash of a requirement": "    --hash=sha256:772353c949a131b7b5efd2b20473e0128af9c25ea27cdb15a3a6a6727ca73c4e",
    "a commit": "uses: aws-actions/configure-aws-credentials@e3dd6a429d7300a6a4c196c26e071d42e0343502 # v4.0.2",
    "a token that is a commit": "aws token e3dd6a429d7300a6a4c196c26e071d42e0343502",
    "a UUID": 'client_secret_id: "6f9619ff-8b86-d011-b42d-00c04fc964ff"',
    "integrity": '"integrity": "sha512-' + base64.b64encode(bytes(range(64))).decode() + '"',
    "the key of the documentation": "AKIA" + "IOSFODNN7EXAMPLE",
    "its secret": "AWS_SECRET_ACCESS" + '_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCY' + 'EXAMPLEKEY"',
    "a value from elsewhere": 'password = os.environ["DATABASE_PASSWORD_FOR_CI_1"]',
    "a secret of a workflow": "token: ${{ secrets.DEPLOY_TOKEN_2 }}",
    "a place to fill in": 'api_key: "<your-api-key-goes-here-1>"',
    "a URL with a variable": "https://user:${PASSWORD}@git.acme.io/models",
    "an example of a URL": "https://user:" + "hunter2abcd" + "@example.com/",
    "a local database": "postgresql://postgres:postgres@localhost:5432/mlflow",
    "a key of KMS": "key: arn:aws:kms:us-east-1:111111111111:key/0f3c2b1a-1111-4222-8333-444455556666",
    "a mention": "-----BEGIN " + "PRIVATE KEY----- is how such a file begins",
    "prose": "The secret of a good model: password policies, token buckets and keys.",
    "a picture": json.dumps({"image/png": base64.b64encode(b"\x89PNG\r\n" + bytes(range(256)) * 9).decode()}),
    "a public key": "ssh-ed25519 " + "AAAAC3NzaC1lZDI1NTE5AAAAI" + LETTERS[:43] + " ada@example.com",
    "a pseudonym": "pt-bcdfghjklm,17.99,10.38",
    "an option": "monitoring: {token_bucket: sliding_window_1, api_key_header: X-Api-Key}",
}


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_is_found_wherever_it_is_written(name: str) -> None:
    assert find_secrets(f"first line\n{SECRETS[name]}\n")


@pytest.mark.parametrize("name", HARMLESS)
def test_what_only_looks_like_a_secret_is_none(name: str) -> None:
    assert find_secrets(f"first line\n{HARMLESS[name]}\n") == []


def test_a_secret_is_named_by_its_digest_and_not_told() -> None:
    (secret,) = find_secrets(f"{AWS} and {AWS}")
    assert secret.kind == "an AWS key"
    assert secret.digest.startswith("sha256:")
    assert AWS not in repr(secret)


def test_a_secret_has_its_place() -> None:
    assert [secret.offset for secret in find_secrets(f"a\nb {GITHUB}\n")] == [4]
