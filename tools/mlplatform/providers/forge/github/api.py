"""Requests to GitHub within one deadline: retried where that does no harm, and where GitHub says later.

githubkit signs and sends them; its own cache and retries are off, so that nothing is asked or done twice unseen.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

from mlplatform.providers.forge.github.answer import Answer, limited
from mlplatform.providers.forge.github.deadline import Deadline
from mlplatform.providers.forge.interface import ForgeError

API_VERSION = "2022-11-28"
MAX_PAGES = 100
_PER_PAGE = 100
_CONNECT_SECONDS = 5.0
_OUT_OF_ORDER = frozenset({502, 503, 504})
_NO_COMPRESSION = "identity"  # a size is what it says

T = TypeVar("T")
Query = Mapping[str, str]


class OutcomeUnknown(Exception):
    """GitHub may or may not have done what was asked; the text says what came in place of an answer."""


class _Unanswered(Exception):
    """No whole answer came."""


class _Unsent(_Unanswered):
    """There was no connection: GitHub got nothing."""


@dataclass(frozen=True, slots=True)
class GitHubApi:
    """GitHub with credentials, for as long as one deadline."""

    deadline: Deadline
    base_url: str
    github: Any = field(repr=False)

    @staticmethod
    @contextmanager
    def opened(base_url: str, strategy: Any, deadline: Deadline) -> Iterator["GitHubApi"]:
        """Yield the API at an address, with a strategy of githubkit's to authenticate by."""
        from githubkit import GitHub
        from githubkit.cache import MemCacheStrategy

        from mlplatform.providers.forge.github.timely_stream import read_in_time

        github = GitHub(
            strategy,
            base_url=base_url,
            http_cache=False,
            cache_strategy=MemCacheStrategy(),  # the default one is shared by all connections of a process
            auto_retry=False,
            follow_redirects=False,
            ssl_verify=_trusted(),
            event_hooks={
                "request": [lambda request: _set_timeouts(request, deadline)],
                "response": [lambda response: read_in_time(response, deadline)],
            },
        )
        with github:
            yield GitHubApi(deadline, str(github.config.base_url), github)

    def get(self, path: str, shape: type[T], query: Query | None = None) -> T:
        """Return what is at a path."""
        return self._succeed(self.request("GET", path, query=query)).read(shape)

    def pages(self, path: str, shape: type[T], query: Query | None = None) -> Iterator[T]:
        """Yield every page of a list."""
        answer = self._succeed(self.request("GET", path, query={**(query or {}), "per_page": str(_PER_PAGE)}))
        for _ in range(MAX_PAGES):
            yield answer.read(shape)
            following = self._following(answer)
            if following is None:
                return
            answer = self._succeed(self.request("GET", following))
        raise ForgeError(f"GitHub's list at {path} has more than {MAX_PAGES} pages", fix="make it shorter")

    def update(self, method: str, path: str, body: Mapping[str, object] | None = None) -> Answer:
        """Send what does the same when it is sent twice."""
        return self._succeed(self.request(method, path, body=body))

    def create(
        self, path: str, shape: type[T], body: Mapping[str, object], find: Callable[[], T | None]
    ) -> T:
        """Create something once: where an answer got lost, `find` says whether it was made all the same."""
        while True:
            try:
                answer = self.request("POST", path, body=body, is_repeatable=False)
            except OutcomeUnknown as unknown:
                cause = str(unknown)
            else:
                return self._succeed(answer).read(shape)
            if (existing := find()) is not None:
                return existing
            self.deadline.back_off(cause)

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        body: Mapping[str, object] | None = None,
        is_repeatable: bool = True,
    ) -> Answer:
        """Return the answer, whatever its status; OutcomeUnknown instead of a second attempt at what may be done."""
        while True:
            self.deadline.left()
            try:
                answer = self._send(method, path, query, body)
            except _Unanswered as failure:
                is_unknown, cause = not isinstance(failure, _Unsent), str(failure)
            else:
                if (seconds := answer.limit_seconds()) is not None:
                    if not self.deadline.wait(seconds):
                        raise limited(seconds)
                    continue
                if answer.status not in _OUT_OF_ORDER:
                    return answer
                is_unknown, cause = True, f"it answers {answer.status}"
            if is_unknown and not is_repeatable:
                raise OutcomeUnknown(cause)
            self.deadline.back_off(cause)

    def _succeed(self, answer: Answer) -> Answer:
        answer.require_success()
        return answer

    def _following(self, answer: Answer) -> str | None:
        """Return the path of the next page; ForgeError when it lies elsewhere, where the token must not go."""
        import httpx

        link = httpx.Response(200, headers={"link": answer.headers.get("link", "")}).links.get("next", {})
        if (url := link.get("url")) is None:
            return None
        if not url.startswith(self.base_url):
            raise ForgeError(
                f"GitHub's next page of {answer.question} is not below {self.base_url}",
                fix="see that gitHost.api in platform.yaml is GitHub's",
            )
        return "/" + url.removeprefix(self.base_url)

    def _send(self, method: str, path: str, query: Query | None, body: Mapping[str, object] | None) -> Answer:
        from githubkit.exception import GitHubException, RequestFailed

        question = f"{method} {path.partition('?')[0]}"
        headers = {"X-GitHub-Api-Version": API_VERSION, "Accept-Encoding": _NO_COMPRESSION}
        try:
            raw = self.github.request(
                method, path.removeprefix("/"), params=query, json=body, headers=headers
            ).raw_response
        except RequestFailed as failed:
            raw = failed.response.raw_response
        except GitHubException as error:
            raise _unanswered(error) from None
        except ValueError:  # githubkit reads the times of rate limits as numbers, whatever they are
            raise ForgeError(
                f"GitHub's answer to {question} has headers that cannot be read", fix="run the command again"
            ) from None
        secret = raw.request.headers.get("Authorization", "").rpartition(" ")[2]
        return Answer(
            question, raw.status_code, {k.lower(): v for k, v in raw.headers.items()}, raw.content, secret
        )


@cache
def _trusted() -> Any:
    """Return the authorities to trust, which take long to read."""
    import httpx

    return httpx.create_ssl_context()


def _set_timeouts(request: Any, deadline: Deadline) -> None:
    seconds = deadline.attempt()
    request.extensions["timeout"] = {
        "connect": min(seconds, _CONNECT_SECONDS),
        "read": seconds,
        "write": seconds,
        "pool": seconds,
    }


def _unanswered(error: Exception) -> Exception:
    """Return what is the matter, in words that hold nothing of the request."""
    import httpx

    cause = getattr(error, "exc", error)
    if isinstance(cause, ForgeError):
        return cause
    if isinstance(cause, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout):
        return _Unsent("there is no connection to it")
    if isinstance(cause, httpx.TimeoutException):
        return _Unanswered("it is silent")
    if isinstance(cause, httpx.TransportError | httpx.DecodingError):
        return _Unanswered("its connection breaks off")
    return ForgeError(
        f"a request to GitHub cannot be made ({type(cause).__name__})",
        fix="see to the credentials, and to gitHost.api in platform.yaml",
    )
