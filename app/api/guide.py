"""Documentation: an index for language models, and the site in development."""

import posixpath
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from fastapi import FastAPI, Response
from fastapi.responses import PlainTextResponse
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import Headers
from starlette.types import Scope

from app.api.version import Version
from app.core.config import Settings
from app.core.exceptions import CATALOGUE
from app.schemas.document import read_contract

SITE = Path(__file__).parents[2] / "site"
_METHODS = ("get", "post", "put", "patch", "delete")
_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; frame-ancestors 'none'"
    ),
    "Vary": "Accept",
}


class Guide(StaticFiles):
    """Serves the built site, as Markdown to clients that prefer it."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file, or the Markdown beside it."""
        if "text/markdown" in Headers(scope=scope).get("accept", ""):
            path = self._markdown(path) or path
        answer = await super().get_response(path, scope)
        answer.headers.update(_HEADERS)
        return answer

    def _markdown(self, path: str) -> str | None:
        page = path.strip("/.")
        candidates = (posixpath.join(page, "index.md"), f"{page}.md")
        return next((name for name in candidates if self.lookup_path(name)[1]), None)


def docs_url(settings: Settings) -> str | None:
    """Return the address of the documentation, published or served here; None without one."""
    if settings.docs_url:
        return settings.docs_url
    serves_site = settings.environment == "development" and SITE.is_dir()
    return f"{settings.public_url}/guide" if serves_site else None


def add_guide(app: FastAPI, settings: Settings, versions: Sequence[Version]) -> None:
    """Serve `/llms.txt`, and `/guide` in development if `make docs` has built the site."""
    text = llms_txt(versions, settings)

    async def llms() -> Response:
        return PlainTextResponse(text)

    app.add_api_route("/llms.txt", llms, include_in_schema=False)
    if settings.environment == "development" and SITE.is_dir():
        app.mount("/guide", Guide(directory=SITE, html=True))


def llms_txt(versions: Sequence[Version], settings: Settings) -> str:
    """Return the index for language models, in the format of llmstxt.org: the newest version."""
    *older, newest = versions
    contract = read_contract(newest.name)
    info, base = contract["info"], settings.public_url
    documents = [f"- [Contract]({base}/openapi.json): OpenAPI {contract['openapi']}, everything"]
    documents += [
        f"- [Contract of {one.name}]({base}{one.prefix}/openapi.json): an older version"
        for one in older
    ]
    if where := docs_url(settings):
        documents.append(f"- [Documentation]({where}/llms.txt): every page as Markdown")
    operations = [
        f"- `{method.upper()} {newest.prefix}{path}`: {item[method].get('summary', '')}".rstrip(
            ": "
        )
        for path, item in contract["paths"].items()
        for method in _METHODS
        if method in item
    ]
    problems = [
        f"- [{slug}]({base}/problems/{slug}): {problem.status}, {problem.title}"
        for slug, problem in CATALOGUE.items()
    ]
    parts = [f"# {info['title']}", f"> {info.get('summary', '')}"]
    lists = {"Documents": documents, "Operations": operations, "Errors": problems}
    parts += [f"## {name}\n\n" + "\n".join(lines) for name, lines in lists.items()]
    return "\n\n".join(parts) + "\n"
