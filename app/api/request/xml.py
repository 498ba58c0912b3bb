"""XML bodies → JSON, as the `xml` members of their schema say (OpenAPI 3.1, XML Object)."""

from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element, ParseError, fromstring

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
