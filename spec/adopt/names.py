"""Names for what had none, or one that the house layout cannot use."""

import re

from spec.tools.names import pascal, snake


def component_name(kind: str, name: str) -> str:
    """Return the name of a component: Pascal case for schemas, as it was for what is valid."""
    if kind == "schemas":
        return class_name(name)
    return name if re.fullmatch(r"[A-Za-z0-9._-]+", name) else pascal(name) or "Part"


def class_name(*words: str) -> str:
    """Return words as the name of a class."""
    name = "".join(pascal(word) for word in words)
    name = re.sub(r"[^A-Za-z0-9]", "", name)
    if not name:
        return "Schema"
    return name if name[0].isalpha() else f"Schema{name}"


def pick(wanted: str, taken: set[str], separator: str = "") -> str:
    """Return the name, or the first free one with a number; it is taken from then on."""
    name, number = wanted, 2
    while name in taken:
        name, number = f"{wanted}{separator}{number}", number + 1
    taken.add(name)
    return name


def file_stem(tag: str) -> str:
    """Return the name of a tag's file."""
    stem = snake(tag) or "general"
    stem = f"tag_{stem}" if stem[0].isdigit() else stem
    return f"{stem}_api" if stem in {"openapi", "common", "errors"} else stem


def operation_id(method: str, path: str) -> str:
    """Return `getUsersByUserId` for GET /users/{user_id}."""
    words = [method]
    for part in path.strip("/").split("/"):
        names = re.findall(r"\{([^}]*)\}", part)
        literal = re.sub(r"\{[^}]*\}", "", part)
        words += [literal] if literal else []
        words += [f"by_{name}" for name in names]
    return _camel(words)


def _camel(words: list[str]) -> str:
    first, *rest = [pascal(snake(word)) for word in words if snake(word)]
    return first[:1].lower() + first[1:] + "".join(rest)


def item_name(path: str) -> str:
    """Return the name of a path item in its file: `pets_by_id` for /pets/{id}."""
    parts = (snake(re.sub(r"\{([^}]*)\}", r" by \1 ", part)) for part in path.split("/"))
    return "_".join(filter(None, parts)) or "root"
