"""What in Terraform no check knows, and what runs a program."""

import io

import hcl2
import pytest

from mlplatform.providers.scan.checks.addresses import is_everybody
from mlplatform.providers.scan.checks.terraform_scope import out_of_scope

KNOWN = frozenset({"aws_s3_bucket", "aws_cloudformation_stack", "aws_instance", "kubernetes_manifest"})


def checks(text: str) -> list[str]:
    content = hcl2.load(io.StringIO(text))  # type: ignore[attr-defined]
    return [failure.check for failure in out_of_scope("main.tf", content, KNOWN)]


@pytest.mark.parametrize(
    "text",
    [
        'resource "awscc_s3_bucket" "a" {\n}\n',
        'resource "aws_brand_new" "a" {\n}\n',
        'resource "helm_release" "a" {\n}\n',
        'resource "kubernetes_manifest" "a" {\n}\n',
        'resource "aws_cloudformation_stack" "a" {\n}\n',
        'data "http" "a" {\n}\n',
        'data "local_file" "a" {\n}\n',
        'data "terraform_remote_state" "a" {\n}\n',
        'provider "helm" {\n}\n',
        'provider "aws" {\n  endpoints {\n    s3 = "https://a.example"\n  }\n}\n',
        'terraform {\n  required_providers {\n    aws = { source = "evil/aws" }\n  }\n}\n',
        'terraform {\n  required_providers {\n    aws = { source = "a.example/hashicorp/aws" }\n  }\n}\n',
        'terraform {\n  required_providers {\n    aws = { source = "hashicorp/external" }\n  }\n}\n',
        'terraform {\n  backend "http" {\n  }\n}\n',
        "terraform {\n  cloud {\n  }\n}\n",
        'ephemeral "aws_a" "a" {\n  b = 1\n}\n',
        'check "a" {\n  data "http" "b" {\n    url = "c"\n  }\n}\n',
    ],
)
def test_what_no_check_knows_is_refused(text: str) -> None:
    assert checks(text) == ["CKV_MLP_13"]


@pytest.mark.parametrize(
    "text",
    [
        'data "external" "a" {\n}\n',
        'data "aws_lambda_invocation" "a" {\n}\n',
        'resource "aws_ssm_association" "a" {\n}\n',
        'resource "null_resource" "a" {\n  provisioner "local-exec" {\n    command = "a"\n  }\n}\n',
        'resource "aws_instance" "a" {\n  provisioner "remote-exec" {\n    inline = ["a"]\n  }\n}\n',
        'removed {\n  from = aws_instance.a\n  provisioner "local-exec" {\n    command = "a"\n  }\n}\n',
        'provider "kubernetes" {\n  exec {\n    command = "sh"\n    args = ["-c", "a"]\n  }\n}\n',
    ],
)
def test_what_runs_a_program_is_refused(text: str) -> None:
    assert checks(text) == ["CKV_MLP_14"]


@pytest.mark.parametrize(
    "text",
    [
        'resource "aws_s3_bucket" "a" {\n}\n',
        'resource "random_password" "a" {\n}\n',
        'resource "terraform_data" "a" {\n}\n',
        'resource "kubernetes_namespace" "a" {\n}\n',
        'data "aws_caller_identity" "a" {\n}\n',
        'data "archive_file" "a" {\n}\n',
        'provider "aws" {\n  region = "us-east-1"\n  default_tags {\n    tags = { a = "b" }\n  }\n}\n',
        'provider "kubernetes" {\n  exec {\n    command = "aws"\n    args = ["eks", "get-token", "--cluster-name", "a"]\n  }\n}\n',
        'terraform {\n  required_version = ">= 1.6"\n  required_providers {\n    aws = {\n      source = "hashicorp/aws"\n'
        '      version = "~> 5.0"\n    }\n    random = { source = "registry.terraform.io/hashicorp/random" }\n  }\n}\n',
        'terraform {\n  backend "s3" {\n    bucket = "a"\n  }\n}\n',
        "moved {\n  from = aws_s3_bucket.a\n  to = aws_s3_bucket.b\n}\n",
        'variable "a" {\n}\nlocals {\n  b = 1\n}\noutput "c" {\n  value = 1\n}\n',
    ],
)
def test_what_is_ordinary_passes(text: str) -> None:
    assert checks(text) == []


def test_a_range_of_most_addresses_is_everybody() -> None:
    assert all(map(is_everybody, ("0.0.0.0/0", "128.0.0.0/1", "::/0", "2000::/3", "*", "Internet")))
    assert not any(map(is_everybody, ("10.0.0.0/8", "203.0.113.7/32", "fd00::/16", "${var.a}", "sg-1", "")))
