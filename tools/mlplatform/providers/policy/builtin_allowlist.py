"""Which functions a Rego file calls: only such as give the same answer always, and in every engine."""

from collections.abc import Iterator, Mapping
from typing import Any

from mlplatform.providers.policy.interface import Flaw

# They ask the clock, chance, the process or the network; facts come from Python, in `input`.
IMPURE = frozenset(
    {"http.send", "net.lookup_ip_addr", "opa.runtime", "rand.intn", "time.now_ns", "trace", "uuid.rfc4122"}
)

Tree = Mapping[str, Any]


def flaws_in_calls(module: Tree, builtins: frozenset[str]) -> Iterator[Flaw]:
    """The calls that a file must not make, from its syntax tree as regorus prints it."""
    path, tree = module["source"]["file"], module["ast"]
    text = module["source"]["contents"].encode()
    imported = {_alias(node, text) for node in tree["imports"]}
    nodes = _nodes(tree["rules"], "Func", "Default", "Call")
    own = {_dotted(node["refr"]) for node in (*nodes["Func"], *nodes["Default"])}
    for call in sorted(nodes["Call"], key=_place):
        name = _dotted(call["fcn"])
        if name in own:
            continue
        if complaint := _complaint(name, imported, builtins):
            yield Flaw(path, call["span"]["line"], call["span"]["col"], complaint)


def _complaint(name: str, imported: set[str], builtins: frozenset[str]) -> str:
    root = name.split(".")[0]
    if name in IMPURE:
        return f"{name} may not be called: a policy judges its input and nothing else"
    if root in imported:
        return (
            f"{name} has to be called by its full name, data.…: functions cannot be called through an import"
        )
    if root != "data" and name not in builtins:
        return f"there is no function {name}"
    return ""


def _nodes(tree: Any, *kinds: str) -> Mapping[str, list[Tree]]:
    """The nodes of these kinds, wherever they stand; one pass without recursion, as trees are large."""
    nodes: dict[str, list[Tree]] = {kind: [] for kind in kinds}
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if type(node) is list:
            waiting.extend(node)
        elif type(node) is dict:
            for key, child in node.items():
                if key in nodes:
                    nodes[key].append(child)
                if type(child) in (dict, list):
                    waiting.append(child)
    return nodes


def _place(call: Tree) -> tuple[int, int]:
    return call["span"]["line"], call["span"]["col"]


def _alias(imported: Tree, text: bytes) -> str:
    """The name that an import gives."""
    if alias := imported.get("as"):
        return text[alias["start"] : alias["end"]].decode()
    return _dotted(imported["refr"]).split(".")[-1]


def _dotted(ref: Tree) -> str:
    """`a.b.c` for a reference, or `?` for one that is only known when it runs."""
    match ref:
        case {"Var": {"value": name}}:
            return str(name)
        case {"RefDot": {"refr": inner, "field": [_, field]}}:
            return f"{_dotted(inner)}.{field}"
        case {"RefBrack": {"refr": inner, "index": {"String": {"value": field}}}}:
            return f"{_dotted(inner)}.{field}"
        case _:
            return "?"
