"""What the stand-in for GitHub answers: the fields that matter here; the description has the others it requires."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.support.github_result import Problem, Result
from tests.support.github_state import WEB_FLOW, Account, GitHubState, Pull

_APP = "app "
_LISTED = 250


@dataclass
class Answers:
    """The answers to one caller, by login (or `app ID`)."""

    state: GitHubState
    caller: str

    def answer(self, method: str, path: str, query: Mapping[str, str], body: dict[str, Any]) -> Result:
        """Return the answer to a request."""
        steps = path.strip("/").split("/")
        if steps[0] != "repos":
            return self._elsewhere(method, steps)
        repository = "/".join(steps[1:3])
        if steps[3:] == ["activity"]:
            return self._activity(repository, query["ref"])
        if repository != self.state.repository:
            raise Problem(404, "Not Found")
        match method, steps[3:]:
            case "GET", ["installation"]:
                return self._installation()
            case "GET", ["pulls"]:
                return Result(200, [self._listed(pull) for pull in self._pulls(query)])
            case "POST", ["pulls"]:
                return Result(201, self._opened(body))
            case "GET", ["pulls", number]:
                return Result(200, self._whole(self._pull(number)))
            case "PATCH", ["pulls", number]:
                pull = self._pull(number)
                pull.title, pull.body = body.get("title", pull.title), body.get("body", pull.body)
                return Result(200, self._whole(pull))
            case "GET", ["pulls", number, "reviews"]:
                return Result(200, [self._review(given) for given in self.state.reviews.get(int(number), [])])
            case "GET", ["pulls", number, "commits"]:
                commits = self.state.commits_of(self._pull(number))[:_LISTED]
                return Result(200, [self._commit(sha) for sha in commits])
            case "GET", ["commits", sha]:
                return Result(200, self._commit(sha))
            case "GET", ["commits", sha, "pulls"]:
                pulls = [pull for pull in self.state.pulls.values() if sha in (pull.merge_commit, pull.head)]
                return Result(200, [self._listed(pull) for pull in pulls])
            case "GET", ["commits", sha, "statuses"]:
                return Result(200, [self._status(each) for each in self.state.statuses if each["sha"] == sha])
            case "GET", ["commits", sha, "check-runs"]:
                return self._check_runs(sha)
            case "POST", ["statuses", sha]:
                status = {**body, "sha": sha, "creator": self._me()}
                self.state.statuses.insert(0, status)
                return Result(201, self._status(status))
            case _, ["issues", *rest]:
                return self._issues(method, rest, query, body)
        return self.state.controls.answer(method, steps[3:], body)

    def _elsewhere(self, method: str, steps: list[str]) -> Result:
        match method, steps:
            case "GET", ["user"]:
                me = self._me()
                if me.type == "Bot":
                    raise Problem(403, "Resource not accessible by integration")
                return Result(200, {**(self._user(me) or {}), "user_view_type": "public"})
            case "GET", ["apps", slug] if slug in self.state.apps:
                return Result(200, {"id": self.state.apps[slug], "slug": slug})
            case "POST", ["app", "installations", "77", "access_tokens"]:
                slug = self._slug()
                self.state.tokens[f"ghs_{slug}"] = f"{slug}[bot]"
                return Result(201, {"token": f"ghs_{slug}", "expires_at": "2099-01-01T00:00:00Z"})
        raise Problem(404, "Not Found")

    def _issues(self, method: str, rest: list[str], query: Mapping[str, str], body: dict[str, Any]) -> Result:
        comments, issues = self.state.comments, self.state.issues
        match method, rest:
            case "GET", []:
                fitting = [
                    issue
                    for issue in issues
                    if issue["state"] == query.get("state", "open") and query["labels"] in issue["labels"]
                ]
                return Result(200, [self._issue(issue) for issue in fitting])
            case "POST", []:
                number = 200 + len(issues)
                issues.append({"state": "open", **body, "number": number, "user": self._me()})
                return Result(201, self._issue(issues[-1]))
            case "GET", [number, "events"]:
                return Result(200, [dict(event) for event in self.state.events.get(int(number), [])])
            case "GET", [number, "comments"]:
                return Result(
                    200, [self._comment(each) for each in comments if each["number"] == int(number)]
                )
            case "POST", [number, "comments"]:
                made = {"number": int(number), "id": self.state.number(), "user": self._me(), **body}
                comments.append(made)
                return Result(201, self._comment(made))
            case "PATCH", ["comments", number]:
                (comment,) = [each for each in comments if each["id"] == int(number)]
                self._require_mine(comment)
                comment.update(body)
                return Result(200, self._comment(comment))
            case "DELETE", ["comments", number]:
                (comment,) = [each for each in comments if each["id"] == int(number)]
                self._require_mine(comment)
                comments.remove(comment)
                return Result(204)
            case "PATCH", [number]:
                (issue,) = [each for each in issues if each["number"] == int(number)]
                self._require_mine(issue)
                issue.update(body)
                return Result(200, self._issue(issue))
        raise Problem(404, "Not Found")

    def _me(self) -> Account:
        return self.state.accounts[self.caller]

    def _slug(self) -> str:
        number = int(self.caller.removeprefix(_APP)) if self.caller.startswith(_APP) else 0
        slugs = [slug for slug, app in self.state.apps.items() if app == number]
        if not slugs:
            raise Problem(401, "A JSON web token could not be decoded")
        return slugs[0]

    def _require_mine(self, thing: Mapping[str, Any]) -> None:
        if thing["user"] is not self._me():
            raise Problem(403, "Must have admin rights to Repository.")

    def _installation(self) -> Result:
        slug = self._slug()
        return Result(200, {"id": 77, "app_id": self.state.apps[slug], "app_slug": slug})

    def _pull(self, number: str) -> Pull:
        if (pull := self.state.pulls.get(int(number))) is None:
            raise Problem(404, "Not Found")
        self.state.synchronise(pull)
        return pull

    def _pulls(self, query: Mapping[str, str]) -> list[Pull]:
        for pull in self.state.pulls.values():
            self.state.synchronise(pull)
        return [
            pull
            for pull in self.state.pulls.values()
            if query.get("state", "open") in (pull.state, "all")
            and query.get("base", pull.base) == pull.base
            and query.get("head", self._label(pull)) == self._label(pull)
        ]

    def _opened(self, body: dict[str, Any]) -> dict[str, Any]:
        own = self.state.repository.partition("/")[0]
        if any(self._label(pull) == f"{own}:{body['head']}" for pull in self._pulls({})):
            raise Problem(422, f"A pull request already exists for {own}:{body['head']}.")
        return self._whole(self.state.open(body["head"], self._me(), body["title"], body.get("body")))

    def _label(self, pull: Pull) -> str:
        return f"{(pull.fork or self.state.repository).partition('/')[0]}:{pull.branch}"

    def _listed(self, pull: Pull) -> dict[str, Any]:
        login = (pull.fork or self.state.repository).partition("/")[0]
        owner = self.state.accounts[login] if pull.fork else Account(login, 1, "Organization")
        repository = {"full_name": pull.fork or self.state.repository, "owner": self._user(owner)}
        return {
            "number": pull.number,
            "state": pull.state,
            "title": pull.title,
            "body": pull.body,
            "html_url": f"https://github.com/{self.state.repository}/pull/{pull.number}",
            "user": self._user(pull.author),
            "head": {
                "label": self._label(pull),
                "ref": pull.branch,
                "sha": pull.head,
                "user": self._user(owner),
                "repo": repository,
            },
            "base": {"ref": pull.base},
            "created_at": pull.created,
            "merged_at": pull.merged_at,
            "merge_commit_sha": pull.merge_commit,
        }

    def _whole(self, pull: Pull) -> dict[str, Any]:
        count = self.state.commit_counts.get(pull.number, len(self.state.commits_of(pull)))
        return {**self._listed(pull), "commits": count, "merged_by": self._user(pull.merged_by)}

    def _commit(self, sha: str) -> dict[str, Any]:
        shown = self.state.git("show", "-s", "--format=%P%n%an%n%ae%n%aI%n%cn%n%ce%n%cI%n%B", sha)
        parents, an, ae, ad, cn, ce, cd, message = shown.split("\n", 7)
        return {
            "sha": sha,
            "commit": {
                "message": message,
                "author": {"name": an, "email": ae, "date": ad},
                "committer": {"name": cn, "email": ce, "date": cd},
                "verification": {
                    "verified": sha in self.state.verified,
                    "reason": "valid" if sha in self.state.verified else "unsigned",
                    "payload": None,
                    "signature": None,
                    "verified_at": None,
                },
            },
            "author": self._user(self.state.by_email(ae)),
            "committer": self._user(
                Account("web-flow", WEB_FLOW) if ce == "noreply@github.com" else self.state.by_email(ce)
            ),
            "parents": [{"sha": parent} for parent in parents.split()],
        }

    def _review(self, given: dict[str, Any]) -> dict[str, Any]:
        submitted = {} if given["state"] == "PENDING" else {"submitted_at": given["submitted_at"]}
        fields = {key: given[key] for key in ("id", "state", "commit_id")}
        return {**fields, **submitted, "user": self._user(given["user"])}

    def _activity(self, repository: str, ref: str) -> Result:
        if self.state.hidden_activity is not None:
            raise Problem(self.state.hidden_activity, "Not Found")
        activities = self.state.activity.get(f"{repository} {ref}", [])
        return Result(200, [{**each, "ref": ref, "actor": self._user(each["actor"])} for each in activities])

    def _check_runs(self, sha: str) -> Result:
        runs = [run for run in self.state.check_runs if run["sha"] == sha]
        body = [
            {
                "name": run["name"],
                "status": "completed" if run["conclusion"] else "in_progress",
                "conclusion": run["conclusion"],
                "app": {"id": self.state.apps[run["app"]], "slug": run["app"]},
            }
            for run in runs
        ]
        return Result(200, {"total_count": len(body), "check_runs": body}, list_key="check_runs")

    def _status(self, status: dict[str, Any]) -> dict[str, Any]:
        fields = {key: status.get(key) for key in ("context", "state", "description")}
        return {**fields, "creator": self._user(status["creator"])}

    def _comment(self, comment: dict[str, Any]) -> dict[str, Any]:
        return {"id": comment["id"], "body": comment["body"], "user": self._user(comment["user"])}

    def _issue(self, issue: dict[str, Any]) -> dict[str, Any]:
        fields = {key: issue[key] for key in ("number", "title", "body", "state")}
        extra = {"pull_request": {}} if issue.get("is_pull_request") else {}
        return {**fields, **extra, "user": self._user(issue["user"])}

    def _user(self, account: Account | None) -> dict[str, Any] | None:
        return (
            None
            if account is None
            else {"login": account.login, "id": account.id, "type": account.type} | _URLS
        )


_URLS = dict.fromkeys(
    (
        *("avatar_url", "events_url", "followers_url", "following_url", "gists_url", "html_url"),
        *("organizations_url", "received_events_url", "repos_url", "starred_url", "subscriptions_url", "url"),
    ),
    "https://example.com",
) | {"gravatar_id": "", "node_id": "x", "site_admin": False}
