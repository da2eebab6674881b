"""The real `actionlint`: from PATH, else built once into a cache folder (`python -m tests.support.actionlint`)."""

import sys

from tests.support.go_program import GoProgram, NoProgram

ACTIONLINT = GoProgram("actionlint", "github.com/rhysd/actionlint/cmd/actionlint", "v1.7.12")

if __name__ == "__main__":
    try:
        print(ACTIONLINT.find())
    except NoProgram as error:
        sys.exit(str(error))
