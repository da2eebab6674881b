"""`python -m mlplatform.cli`: the command line, for an environment where `platform` is not on PATH."""

from mlplatform.cli.main import main

main()
