"""A page of the events that each version sends to webhooks."""

from pathlib import Path

from docs.tools.markdown import json_block, page, table
from docs.tools.operation_facts import API, contracts, examples
from docs.tools.operations import parameter_table
from docs.tools.schemas import members
from spec.tools.contract import Contract, Endpoint


def event_pages(root: Path) -> dict[str, str]:
    """Return address → text of the page of every version whose contract has `webhooks`."""
    return {
        f"{API}/{target.version}/events.md": _events(contract)
        for target, contract in contracts(root)
        if contract.node().has("webhooks")
    }


def _events(contract: Contract) -> str:
    sections = []
    for name, item in contract.node("webhooks").entries():
        request = Endpoint("post", "", item.follow().get("post"), item.follow())
        sections += [f"## {name}", request.node.text("description")]
        for media_type, content in request.node.get("requestBody").get("content").entries():
            sections += [f"`POST` of `{media_type}`, with these headers:"]
            sections += [parameter_table(request.parameters()), members(content.child("schema"))]
            sections += [json_block(value) for value in examples(content)]
        rows = [(status, it.text("description")) for status, it in request.responses()]
        sections += [table(("Your answer", "Meaning"), rows)]
    intro = "What the service sends to the URLs that users register as webhooks."
    return page("Events", intro, *sections)
