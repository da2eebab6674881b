"""The time that one question to GitHub may take, retries and pauses included."""

import time
from dataclasses import dataclass

from mlplatform.providers.forge.interface import ForgeError

_ATTEMPTS = 4  # so that one lost answer does not take all the time there is


class Late(ForgeError):
    """The time for a question is over."""


@dataclass(slots=True)
class Deadline:
    """`seconds` from its making on; `pause` is the first of the pauses between attempts, each twice the last."""

    seconds: float
    pause: float
    end: float
    pauses: int = 0

    @staticmethod
    def after(seconds: float, pause: float) -> "Deadline":
        """Return the deadline that is so many seconds away."""
        return Deadline(seconds, pause, time.monotonic() + seconds)

    def left(self) -> float:
        """Return the seconds left; ForgeError when there are none."""
        left = self.end - time.monotonic()
        if left <= 0:
            raise self.late("")
        return left

    def attempt(self) -> float:
        """Return the seconds that one attempt may take."""
        return min(self.left(), self.seconds / _ATTEMPTS)

    def back_off(self, cause: str) -> None:
        """Pause before another attempt; ForgeError when there is no time for one."""
        if not self.wait(0.0):
            raise self.late(cause)

    def wait(self, seconds: float) -> bool:
        """Pause for so long, and longer each time, and return True; False at once where there is less time left."""
        seconds = max(seconds, min(self.pause * 2**self.pauses, self.seconds / _ATTEMPTS))
        self.pauses += 1
        if time.monotonic() + seconds >= self.end:
            return False
        time.sleep(seconds)
        return True

    def late(self, cause: str) -> Late:
        """Return the error that says that the time is over, and what was the matter last."""
        reason = f": {cause}" if cause else ""
        return Late(
            f"GitHub did not answer in {self.seconds:g} s{reason}",
            fix="run the command again; https://www.githubstatus.com says whether GitHub is well",
        )
