"""One document → the files of the house layout."""

from collections.abc import Collection, Iterator, Mapping

from spec.adopt.names import file_stem, item_name, pick
from spec.adopt.operations import operations
from spec.tools.load import Json, Pointer
from spec.tools.objects import walk

Object = dict[str, Json]
Component = tuple[str, str]

ROOT = "openapi.yaml"
_PREFIX = "#/components/"
# In the order in which files list them.
_KINDS = (
    *("parameters", "headers", "requestBodies", "responses", "callbacks", "links", "examples"),
    *("schemas", "securitySchemes"),
)


def split(
    document: Object, fixed: Mapping[Component, str], taken: Collection[str]
) -> dict[str, Object]:
    """Return file name → content: the root lists paths, each tag has a file, the rest is shared.

    The references of the document become those of the files.

    Args:
        document: The contract as one document.
        fixed: The files of components that have one.
        taken: Names of files that are there already.
    """
    homes = _homes(document, taken)
    common = pick("common", {name.removesuffix(".yaml") for name in taken}, "_")
    placed = _place(document, homes, fixed, f"{common}.yaml")
    for holder, key, at in _references(document):
        reference = str(holder[key])
        home = placed.get(_component(reference), "")
        if home and home != _file_at(at, homes, placed):
            holder[key] = f"{home}{reference}"
    items: dict[str, Object] = {}
    listed: Object = {}
    names: dict[str, set[str]] = {}
    for path, item in _mapping(document.get("paths")).items():
        if path not in homes:
            listed[path] = item
            continue
        file = homes[path]
        name = pick(item_name(path), names.setdefault(file, set()), "_")
        items.setdefault(file, {})[name] = item
        listed[path] = {"$ref": f"{file}#/paths/{name}"}
    root = {key: value for key, value in document.items() if key not in {"paths", "components"}}
    files: dict[str, Object] = {ROOT: {**root, "paths": listed}}
    files |= {file: {"paths": items[file]} for file in items}
    for kind in _KINDS:
        for name, value in _mapping(_mapping(document.get("components")).get(kind)).items():
            home_file = files.setdefault(placed[kind, name], {})
            kinds = _mapping(home_file.setdefault("components", {}))
            _mapping(kinds.setdefault(kind, {}))[name] = value
    return files


def _homes(document: Object, files: Collection[str]) -> dict[str, str]:
    """Return path → file: that of the first tag of its first operation."""
    stems: dict[str, str] = {}
    taken = {name.removesuffix(".yaml") for name in files}
    homes: dict[str, str] = {}
    for operation in operations(document):
        tags = operation.node.get("tags")
        tag = str(tags[0]) if isinstance(tags, list) and tags else "general"
        if tag not in stems:
            stems[tag] = pick(file_stem(tag), taken, "_")
        homes.setdefault(operation.path, f"{stems[tag]}.yaml")
    return homes


def _place(
    document: Object, homes: Mapping[str, str], fixed: Mapping[Component, str], common: str
) -> dict[Component, str]:
    """Return component → file: that of the only tag that uses it, or the common one."""
    inside: dict[Component, set[Component]] = {}
    used: dict[str, set[Component]] = {}
    for holder, key, at in _references(document):
        component = _component(str(holder[key]))
        if at[0] == "components":
            inside.setdefault((at[1], at[2]), set()).add(component)
            if (at[1], at[2]) in fixed:
                used.setdefault(common, set()).add(component)
        else:
            file = homes.get(at[1], common) if at[0] == "paths" else common
            used.setdefault(file, set()).add(component)
    users: dict[Component, set[str]] = {}
    for file, components in used.items():
        waiting = list(components)
        while waiting:
            component = waiting.pop()
            if file not in users.setdefault(component, set()):
                users[component].add(file)
                waiting.extend(inside.get(component, ()))
    is_shared = any(
        component not in fixed and (len(files) > 1 or common in files)
        for component, files in users.items()
    )
    placed: dict[Component, str] = {}
    for kind, members in _mapping(document.get("components")).items():
        for name in _mapping(members):
            files = users.get((kind, name), set())
            placed[kind, name] = next(iter(files)) if len(files) == 1 else common
            if kind == "securitySchemes" or not (files or is_shared):
                placed[kind, name] = ROOT
    return placed | dict(fixed)


def _references(document: Object) -> Iterator[tuple[Object, str, Pointer]]:
    """Yield every holder of a reference to a component, its key, and its pointer."""
    for _, value, at in walk("document", document):
        if not isinstance(value, dict):
            continue
        mapping = _mapping(_mapping(value.get("discriminator")).get("mapping"))
        for holder, key in ((value, "$ref"), *((mapping, key) for key in mapping)):
            if str(holder.get(key, "")).startswith(_PREFIX):
                yield holder, key, at


def _component(reference: str) -> Component:
    kind, _, name = reference.removeprefix(_PREFIX).partition("/")
    return kind, name


def _file_at(at: Pointer, homes: Mapping[str, str], placed: Mapping[Component, str]) -> str:
    if at[0] == "components":
        return placed[at[1], at[2]]
    return homes.get(at[1], ROOT) if at[0] == "paths" else ROOT


def _mapping(value: Json) -> Object:
    return value if isinstance(value, dict) else {}
