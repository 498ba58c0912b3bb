"""XML bodies → JSON and back, as the `xml` members of their schema say (OpenAPI, XML Object)."""

import re
from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element, ParseError, fromstring, tostring

from app.api.request.contract import Contract
from app.api.request.texts import Texts
from app.core.exceptions import MalformedBody


def read_xml(contract: Contract, schema: object, body: bytes) -> Any:  # noqa: ANN401 - any JSON
    """Return a body as JSON; namespaces are not compared.

    Raises:
        MalformedBody: It is not XML in UTF-8, or has a document type, which can hold entities.
    """
    try:
        text = body.decode()
        if "<!DOCTYPE" in text:
            raise MalformedBody("The body is XML with a document type: leave it out.")
        return _value(contract, schema, fromstring(text))  # noqa: S314 - no entities
    except (ParseError, ValueError, RecursionError) as error:
        raise MalformedBody(f"The body is not valid XML: {error}.") from error


def write_xml(contract: Contract, schema: object, value: object) -> str:
    """Return a JSON value as XML."""
    reference = str(schema.get("$ref", "")) if isinstance(schema, Mapping) else ""
    name = str(_described(contract, schema).get("name", reference.rpartition("/")[2]))
    return tostring(_element(contract, schema, name or "root", value), encoding="unicode")


def _element(contract: Contract, schema: object, name: str, value: object) -> Element:
    element = Element(_tag(_described(contract, schema), name))
    if isinstance(value, Mapping):
        known = contract.properties(schema)
        for key, part in value.items():
            _add(contract, element, known.get(key, {}), key, part)
    elif isinstance(value, list):
        items = contract.items(schema)
        label = str(_described(contract, items).get("name", name))
        element.extend(_element(contract, items, label, item) for item in value)
    else:
        element.text = _text(value)
    return element


def _add(contract: Contract, parent: Element, schema: object, name: str, value: object) -> None:
    """Add a member of an object: as an attribute, as one element, or as one for each item."""
    described = _described(contract, schema)
    label = str(described.get("name", name))
    if described.get("attribute") is True:
        parent.set(_tag(described, label), _text(value))
    elif isinstance(value, list) and described.get("wrapped") is not True:
        items = contract.items(schema)
        label = str(_described(contract, items).get("name", name))
        parent.extend(_element(contract, items, label, item) for item in value)
    else:
        parent.append(_element(contract, schema, label, value))


def _tag(described: Mapping[str, Any], name: str) -> str:
    plain = re.sub(r"^(?![A-Za-z_])|[^A-Za-z0-9_.-]", "_", name)
    return f"{{{described['namespace']}}}{plain}" if "namespace" in described else plain


def _text(value: object) -> str:
    """Return a value as text, without the characters that XML does not have."""
    text = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return re.sub(r"[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text)


def _value(contract: Contract, schema: object, element: Element) -> Any:  # noqa: ANN401 - as above
    kinds, properties = contract.kinds(schema), contract.properties(schema)
    text = "".join([element.text or "", *(child.tail or "" for child in element)])
    is_text = bool(text.strip())
    if "array" in kinds and not properties and not is_text:
        items = contract.items(schema)
        return [_value(contract, items, child) for child in element]
    is_text = is_text and (len(element) > 0 or not element.attrib)
    if (properties or len(element) or kinds == {"object"}) and not is_text:
        return _object(contract, properties, element)
    return Texts(contract, schema).scalar(text)


def _object(
    contract: Contract, properties: Mapping[str, object], element: Element
) -> dict[str, Any]:
    children: dict[str, list[Element]] = {}
    for child in element:
        children.setdefault(_local(child.tag), []).append(child)
    attributes = {_local(name): text for name, text in element.items()}
    found: dict[str, Any] = {}
    for name, schema in properties.items():
        described, is_array = _described(contract, schema), "array" in contract.kinds(schema)
        wrapped = described.get("wrapped") is True
        if is_array and not wrapped:
            described = _described(contract, contract.items(schema))
        label = str(described.get("name", name))
        if described.get("attribute") is True:
            if label in attributes:
                found[name] = Texts(contract, schema).scalar(attributes[label])
        elif sent := children.pop(label, []):
            is_spread = is_array and not wrapped
            part = contract.items(schema) if is_spread else schema
            found[name] = [_value(contract, part, child) for child in sent]
            if not is_spread and len(sent) == 1:
                found[name] = found[name][0]
    return found | {name: sent[0].text or "" for name, sent in children.items()}


def _described(contract: Contract, schema: object) -> Mapping[str, Any]:
    """Return how a schema wants to be written."""
    return next((part["xml"] for part in contract.parts(schema) if "xml" in part), {})


def _local(name: str) -> str:
    return name.rpartition("}")[2]
