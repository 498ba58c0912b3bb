"""A version that is written as its difference from an older one.

`x-extends: v1` in the root document makes each file a change of the file of the same name in that
version. Objects are merged member by member. Lists, references and data (examples, defaults,
extensions) are replaced. `null` removes a member.
"""

from collections.abc import Iterator
from dataclasses import replace

from spec.tools.finding import Finding, closest
from spec.tools.load import Json, Pointer, Source, load
from spec.tools.objects import shape_of
from spec.tools.target import Target

EXTENDS = "x-extends"
_DATA = {"const", "default", "example", "value"}


def base_of(target: Target, findings: list[Finding]) -> Target | None:
    """Return the version that a version extends; one that is not there is a finding."""
    source = load(target.contract, target.show(target.contract), [])
    name = source.data.get(EXTENDS) if isinstance(source.data, dict) else None
    if name is None:
        return None
    folders = target.contract.parent.parent
    known = [path.parent.name for path in sorted(folders.glob("v*/openapi.yaml"))]
    older = [one for one in known if _number(one) < _number(target.contract.parent.name)]
    if name not in older:
        fix = closest(str(name), older, f"name an older version: {', '.join(older) or 'none'}")
        findings.append(Finding(source.where((EXTENDS,)), f"there is no version {name}", fix))
        return None
    return replace(target, contract=folders / str(name) / target.contract.name)


def _number(version: str) -> int:
    return int(version[1:]) if version[1:].isdigit() else 0


def changed(older: Source, change: Source, findings: list[Finding]) -> Source:
    """Return a file of the older version with the changes of a newer one."""
    shape = "document"
    data = _merged(older.data, change.data, shape, ())
    findings += [
        Finding(change.where(at), f"{older.shown} has no {'/'.join(at)} to remove", fix)
        for at, fix in _missing(older.data, change.data, shape, ())
    ]
    places = {at: older.where(at) for at in (*older.older, *older.lines)}
    return replace(change, data=data, older=places)


def _merged(older: Json, change: Json, shape: str, at: Pointer) -> Json:
    if not _merges(older, change):
        return change
    result = dict(_mapping(older))
    for key, value in _mapping(change).items():
        if value is None and not _is_data(shape, key):
            result.pop(key, None)
        elif key in result and not _is_data(shape, key):
            result[key] = _merged(result[key], value, shape_of(shape, key), (*at, key))
        else:
            result[key] = value
    return result


def _missing(older: Json, change: Json, shape: str, at: Pointer) -> Iterator[tuple[Pointer, str]]:
    """Yield what is removed and is not there, with the fix."""
    if not _merges(older, change):
        return
    there = _mapping(older)
    for key, value in _mapping(change).items():
        if _is_data(shape, key):
            continue
        if value is None and key not in there:
            yield (*at, key), closest(key, there, "remove the line")
        elif key in there:
            yield from _missing(there[key], value, shape_of(shape, key), (*at, key))


def _merges(older: Json, change: Json) -> bool:
    """Tell whether both are objects; a reference is replaced as a whole."""
    both = (older, change)
    return all(isinstance(one, dict) and "$ref" not in one for one in both)


def _is_data(shape: str, key: str) -> bool:
    """Tell whether a member is data, whose members belong together; names are no members."""
    return not shape.endswith("{}") and (key in _DATA or key.startswith("x-"))


def _mapping(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}
