"""The places in our code that make a finding or refuse, and a way to leave out what one of them makes.

The code of each function that holds such a place is compiled once more, with a question before each: is this one on?
What is left out is not made at all where a statement makes it; elsewhere LEFT_OUT stands for it, which weighs nothing.
"""

import ast
import gc
import importlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

from mlplatform.core.catalogue import CATALOGUE
from mlplatform.core.finding import warning
from mlplatform.core.naming import Kind
from mlplatform.providers.scan.checks.catalogue import OWN, SCANNER

LEFT_OUT = warning("left-out", "", "")
REFUSAL = "refusal"
# What makes a finding, the rule of it where the call does not say it; in their own bodies it is their callers' doing.
_MAKERS = {
    "error": "",
    "warning": "",
    "refuse": "",
    "own_finding": "",
    "broken_reference": "",
    "failed": "checkov-failed",
    "skipped": "checkov-skip",
    "_error": "path-unknown",
    "_nothing": "path-unknown",
    "_unanswered": "policy-unanswered",
    "Finding": "",
    "Flaw": "policy-broken policy-metadata",
}
_RAISED = {
    "Refusal": REFUSAL,
    "GitError": REFUSAL,
    "NotAScalar": "yaml-number",
    "AnnotationError": "policy-metadata",
    "PolicyError": "policy-unanswered",
    "TreeError": "checkov-failed",
    "ValueError": "schema-value policy-metadata refusal",
    "_NoTable": "file-table",
    "_ragged": "file-table",
    "_Unusable": "schema-organisation",
}
# Of whom the rule is known only when they run.
_SAID_BY_CALLERS = {
    "load.read_files:_too_large": "yaml-size file-size",
    "check.capabilities:_not_yet": "capability-features capability-streaming capability-availability capability-window "
    "capability-sample-rate capability-data-drift",
    "check.infrastructure:infrastructure": "checkov-missing checkov-failed",
    "check.references:_missing": "link-environment link-tenant link-model link-dataset",
    "check.policies:_findings": "pii-consent pii-retention",
    "providers.scan.results:_failed": "CKV_AWS_24 CKV_MLP_7",
}
_RULES = frozenset(rule.id for rule in (*CATALOGUE, *SCANNER)) | OWN.keys()
_IS_ON, _NOTHING = "__is_on__", "__left_out__"


@dataclass(frozen=True, slots=True)
class Site:
    """A place that makes a finding or refuses: `rules` are those that it may do so by."""

    key: str
    module: str
    rules: frozenset[str]


@dataclass(slots=True)
class Switch:
    """Which place is off, and which were come to since `reached` was emptied."""

    off: str = ""
    reached: set[str] = field(default_factory=set)

    def is_on(self, key: str) -> bool:
        self.reached.add(key)
        return key != self.off


def sites(modules: tuple[str, ...]) -> list[Site]:
    """The places in these modules, in order; the key of each holds no line, so that it stays."""
    return [site for name in modules for site in _rewritten(name)[1]]


@contextmanager
def switched(modules: tuple[str, ...]) -> Iterator[Switch]:
    """The functions of these modules ask a switch before they make a finding or refuse."""
    switch = Switch()
    rewritten = {name: _rewritten(name)[0] for name in modules}
    functions = _functions()
    before: list[tuple[FunctionType, CodeType]] = []
    try:
        for name, whole in rewritten.items():
            vars(_module(name)).update({_IS_ON: switch.is_on, _NOTHING: LEFT_OUT})
            for code in _codes(whole):
                place = (f"mlplatform.{name}", code.co_qualname, code.co_firstlineno)
                for function in functions.get(place, ()):
                    before.append((function, function.__code__))
                    function.__code__ = code
        yield switch
    finally:
        for function, old in before:
            function.__code__ = old


def _functions() -> dict[tuple[str, str, int], list[FunctionType]]:
    """Every function there is, wherever it is kept: validators and cached ones hide in objects of libraries."""
    found: dict[tuple[str, str, int], list[FunctionType]] = {}
    gc.unfreeze()  # `check` freezes all there is before it ends, and what is frozen is not listed
    for one in gc.get_objects():
        if type(one) is FunctionType and one.__module__:
            place = (one.__module__, one.__code__.co_qualname, one.__code__.co_firstlineno)
            found.setdefault(place, []).append(one)
    return found


def _codes(code: CodeType) -> Iterator[CodeType]:
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield inner
            yield from _codes(inner)


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"mlplatform.{name}")


@cache
def _rewritten(name: str) -> tuple[CodeType, tuple[Site, ...]]:
    module = _module(name)
    file = str(module.__file__)
    rewriter = _Rewriter(name, module)
    tree = rewriter.visit(ast.parse(Path(file).read_text(), file))
    return compile(ast.fix_missing_locations(tree), file, "exec"), tuple(rewriter.sites)


class _Rewriter(ast.NodeTransformer):
    """Puts the question before each place of a module."""

    def __init__(self, name: str, module: ModuleType) -> None:
        self.sites: list[Site] = []
        self._name, self._module = name, module
        self._within: list[ast.FunctionDef] = []
        self._times: Counter[str] = Counter()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self._within.append(node)
        self.generic_visit(node)
        self._within.pop()
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        made = _made_by(node)
        key = self._site(made) if made else ""
        return _asked(key, node) if key else self.generic_visit(node)

    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        raised = (
            node.exc.func.id if isinstance(node.exc, ast.Call) and isinstance(node.exc.func, ast.Name) else ""
        )
        return _asked(self._key(raised, _RAISED[raised]), node) if raised in _RAISED else node

    def visit_List(self, node: ast.List) -> ast.AST:
        """A finding in a list is left out of it."""
        items: list[ast.expr] = []
        for item in node.elts:
            key = self._site(item) if isinstance(item, ast.Call) else ""
            there = ast.List([item], ast.Load())
            chosen = ast.Starred(ast.IfExp(_is_on(key), there, ast.List([], ast.Load())), ast.Load())
            items.append(chosen if key else self.visit(item))
        return ast.copy_location(ast.List(items, node.ctx), node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if not (key := self._site(node)):
            return self.generic_visit(node)
        returns = ast.unparse(self._within[-1].returns or ast.Constant(None))
        nothing = (
            ast.Name(_NOTHING, ast.Load())
            if "Finding" in returns and "None" not in returns
            else ast.Constant(None)
        )
        return ast.copy_location(ast.IfExp(_is_on(key), node, nothing), node)

    def _site(self, call: ast.Call) -> str:
        """The key of a call that makes a finding, which is a place from now on; nothing for another."""
        name = _last_name(call.func)
        literal = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else None
        if (name not in _MAKERS and literal not in _RULES) or not self._within:
            return ""
        if any(function.name in _MAKERS for function in self._within):
            return ""
        place = f"{self._name}:{self._within[-1].name}"
        rules = _MAKERS.get(name) or self._rule(name, call) or _SAID_BY_CALLERS.get(place, "")
        return self._key("", rules) if rules else ""

    def _rule(self, name: str, call: ast.Call) -> str:
        for argument in call.args:
            said = self._text(argument)
            if said in _RULES:
                return said
            if name == "broken_reference" and said in [kind.value for kind in Kind]:
                return f"link-{said}"
            if name == "refuse" and f"capability-{said}" in _RULES:
                return f"capability-{said}"
        return ""

    def _text(self, argument: ast.expr) -> str:
        """What an argument is, as far as that is known before anything runs."""
        known = vars(self._module)
        said: Any = None
        match argument:
            case ast.Constant(value=said):
                pass
            case ast.Name(id=name):
                said = known.get(name)
            case ast.Attribute(value=ast.Name(id=name), attr=attribute):
                said = getattr(known.get(name), attribute, None)
            case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=int() as place)) if (
                name in known
            ):
                said = known[name][place]
        return said if isinstance(said, str) else ""

    def _key(self, raised: str, rules: str) -> str:
        place = f"{self._name}:{'.'.join(function.name for function in self._within)}"
        key = f"{place}:{raised or (rules if ' ' not in rules else 'any')}"
        self._times[key] += 1
        if self._times[key] > 1:
            key += f"#{self._times[key]}"
        self.sites.append(Site(key, self._name, frozenset(rules.split())))
        return key


def _made_by(statement: ast.Expr) -> ast.Call | None:
    """The call that a statement is for: alone, yielded, or appended to a list."""
    match statement.value:
        case ast.Yield(value=ast.Call() as made):
            return made
        case ast.Call(func=ast.Attribute(attr="append"), args=[ast.Call() as made]):
            return made
        case ast.Call() as made:
            return made
    return None


def _last_name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _asked(key: str, statement: ast.stmt) -> ast.stmt:
    return ast.copy_location(ast.If(_is_on(key), [statement], []), statement)


def _is_on(key: str) -> ast.Call:
    return ast.Call(ast.Name(_IS_ON, ast.Load()), [ast.Constant(key)], [])
