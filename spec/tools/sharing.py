"""What a version has in common with the one before it, and what only that one serves."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from spec.tools.ir import Api, Method, Tag
from spec.tools.models import shared_with, used_names

_MODEL = re.compile(r"\bmodels\.(\w+)")


@dataclass(frozen=True)
class Adapter:
    """How an older version serves a tag whose interface differs in the next version.

    Attributes:
        tag: The tag in the older version.
        passing: Its methods that are the same in the next version, each with its tag there.
        missing: Names of the others, which are written by hand.
    """

    tag: Tag
    passing: tuple[tuple[Method, str], ...]
    missing: tuple[str, ...]


def share(api: Api, older: Api | None) -> Api:
    """Return a version that takes from the one before it what both have.

    Operations that only the older version has stay in the interfaces, with its types: services
    implement them as long as it is served.
    """
    if older is None:
        return api
    models = shared_with(api.definitions, older.definitions)
    before = {tag.name: tag for tag in older.tags}
    tags = [_tag(tag, before.get(tag.name), models) for tag in api.tags]
    tags = [*_with_kept(tags, older)]
    kept = [method for tag in tags for method in tag.methods if method.kept]
    code = " ".join(text for it in kept for text in _texts(it))
    entries = {entry.constant: entry for entry in older.entries}
    same_schemes = api.schemes == older.schemes
    return replace(
        api,
        tags=tuple(tags),
        shared_models=models,
        shared_entries=tuple(
            entry.constant
            for entry in api.entries
            if entries.get(entry.constant) == entry
            and (same_schemes or "schemes" not in dict(entry.fields))
        ),
        kept_models=tuple(
            name for name in used_names(code, older.definitions) if name not in api.definitions
        ),
    )


def adapters(older: Api, newer: Api) -> Iterator[Adapter]:
    """Yield an adapter for every tag of a version that the next one does not serve as it is."""
    there = {method.operation_id: (method, tag) for tag in newer.tags for method in tag.methods}
    interfaces = {tag.name for tag in newer.tags if tag.interface in tag.shared}
    for tag in older.tags:
        if tag.name in interfaces:
            continue
        passing: list[tuple[Method, str]] = []
        for method in tag.methods:
            newer_method, home = there[method.operation_id]
            if newer_method.kept or _same_types(method, newer_method, home, newer.shared_models):
                passing.append((absolute(method, older.version), home.name))
        names = {method.name for method, _ in passing}
        missing = tuple(it.name for it in tag.methods if it.name not in names)
        yield Adapter(tag, tuple(passing), missing)


def absolute(method: Method, version: str) -> Method:
    """Return a method whose types are named as another module names those of a version."""
    if method.kept:
        return method
    names = "|".join(re.escape(reply.name) for reply in method.replies)

    def named(text: str) -> str:
        text = _MODEL.sub(rf"{version}.\1", text)
        return re.sub(rf"\b({names})\b", rf"{version}.\1", text) if names else text

    return replace(
        method,
        arguments=tuple(_MODEL.sub(rf"{version}.\1", it) for it in method.arguments),
        returns=named(method.returns),
    )


def _tag(tag: Tag, older: Tag | None, models: Collection[str]) -> Tag:
    if older is None:
        return tag
    before = {reply.name: reply for reply in older.replies}
    shared = [
        reply.name
        for reply in tag.replies
        if before.get(reply.name) == reply and _uses_only(models, *reply.fields)
    ]
    methods = {method.operation_id: method for method in older.methods if not method.kept}
    has_same_interface = (
        (tag.interface, tag.description, tag.title)
        == (older.interface, older.description, older.title)
        and len(methods) == len(tag.methods) == len(older.methods)
        and all(
            (there := methods.get(it.operation_id)) is not None
            and _signature(there) == _signature(it)
            and _uses_only(models, *it.arguments, it.returns)
            and {reply.name for reply in it.replies} <= set(shared)
            for it in tag.methods
        )
    )
    return replace(tag, shared=(*shared, *([tag.interface] if has_same_interface else [])))


def _signature(method: Method) -> tuple[object, ...]:
    return method.name, method.docstring, method.arguments, method.returns, method.replies


def _same_types(method: Method, newer: Method, home: Tag, models: Collection[str]) -> bool:
    return (
        (method.name, method.arguments, method.returns)
        == (newer.name, newer.arguments, newer.returns)
        and _uses_only(models, *method.arguments, method.returns)
        and {reply.name for reply in method.replies} <= set(home.shared)
    )


def _with_kept(tags: list[Tag], older: Api) -> Iterator[Tag]:
    """Yield the tags with the methods that only the older version serves."""
    served = {method.operation_id for tag in tags for method in tag.methods}
    kept = {
        tag.name: tuple(
            replace(absolute(it, older.version), kept=True)
            for it in tag.methods
            if it.operation_id not in served
        )
        for tag in older.tags
    }
    for tag in tags:
        if own := kept.pop(tag.name, ()):
            shared = tuple(name for name in tag.shared if name != tag.interface)
            yield replace(tag, methods=(*tag.methods, *own), shared=shared)
        else:
            yield tag
    for tag in older.tags:
        if own := kept.get(tag.name, ()):
            whole = (tag.interface,) if len(own) == len(tag.methods) else ()
            yield replace(tag, methods=own, shared=whole)


def _texts(method: Method) -> Iterator[str]:
    yield from method.arguments
    yield method.returns
    for reply in method.replies:
        yield from reply.fields


def _uses_only(models: Collection[str], *texts: str) -> bool:
    return all(name in models for text in texts for name in _MODEL.findall(text))
