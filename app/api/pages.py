"""Pages of the API: the contract, its explorers, and a page per kind of problem."""

from collections.abc import Sequence
from functools import cache
from html import escape
from importlib.resources import files
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.openapi.docs import get_redoc_html, get_swagger_ui_html
from fastapi.responses import HTMLResponse, RedirectResponse

from app.api.guide import docs_url
from app.api.version import Version
from app.core.exceptions import CATALOGUE, NotFound
from app.core.problem import ProblemError
from app.schemas.document import contract_document, read_contract

_ASSETS = files("fastapi_offline") / "static"
_MEDIA_TYPES = {"css": "text/css", "js": "text/javascript", "png": "image/png"}
_FOREIGN_LOGO = "https://cdn.redoc.ly/redoc/logo-mini.svg"
_NO_LOGO = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E"
_PAGE_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; worker-src blob:; frame-ancestors 'none'"
    )
}


def pages(versions: Sequence[Version]) -> APIRouter:
    """Return the pages of each version below its prefix, those of the newest also without it."""
    router = APIRouter(include_in_schema=False)
    for version in versions:
        contract = _contract_pages(version)
        router.include_router(contract, prefix=version.prefix)
        if version is versions[-1] and version.prefix:
            router.include_router(contract)
    router.add_api_route("/assets/{name}", asset)
    router.add_api_route("/problems/{slug}", problem_page)
    return router


def _contract_pages(version: Version) -> APIRouter:
    """Return the contract of a version, byte for byte, and its explorers."""
    router = APIRouter()
    contract = contract_document(version.name)
    title, address = read_contract(version.name)["info"]["title"], f"{version.prefix}/openapi.json"

    @router.get("/openapi.json")
    async def openapi() -> Response:
        return Response(contract, media_type="application/json")

    @router.get("/docs")
    async def swagger_ui() -> Response:
        page = get_swagger_ui_html(
            openapi_url=address,
            title=title,
            swagger_js_url="/assets/swagger-ui-bundle.js",
            swagger_css_url="/assets/swagger-ui.css",
            swagger_favicon_url="/assets/favicon.png",
            swagger_ui_parameters={"validatorUrl": None},
        )
        return HTMLResponse(page.body, headers=_PAGE_HEADERS)

    @router.get("/redoc")
    async def redoc() -> Response:
        page = get_redoc_html(
            openapi_url=address,
            title=title,
            redoc_js_url="/assets/redoc.standalone.js",
            redoc_favicon_url="/assets/favicon.png",
            with_google_fonts=False,
        )
        return HTMLResponse(page.body, headers=_PAGE_HEADERS)

    return router


async def asset(name: str) -> Response:
    """Serve a script, style or icon of the explorers."""
    content = _assets().get(name)
    if content is None:
        raise NotFound("There is no such asset.")
    media_type = _MEDIA_TYPES[name.rpartition(".")[2]]
    return Response(content, media_type=media_type, headers={"Cache-Control": "max-age=3600"})


async def problem_page(request: Request, slug: str) -> Response:
    """Explain the kind of problem that a problem document's `type` names.

    If the documentation is available, the request is redirected there.
    """
    problem = CATALOGUE.get(slug)
    if problem is None:
        raise NotFound("There is no such kind of problem.")
    if where := docs_url(request.app.state.settings):
        return RedirectResponse(f"{where}/docs/reference/problems/{slug}/")
    return HTMLResponse(_explain(problem), headers=_PAGE_HEADERS)


@cache
def _assets() -> dict[str, bytes]:
    """Return the explorers' files, without ReDoc's image from another host."""
    contents = {file.name: file.read_bytes() for file in _ASSETS.iterdir()}
    script = "redoc.standalone.js"
    contents[script] = contents[script].replace(_FOREIGN_LOGO.encode(), _NO_LOGO.encode())
    return contents


def _explain(problem: type[ProblemError]) -> str:
    title = escape(problem.title)
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        f"<h1>{title}</h1><p><code>{problem.slug}</code>, status {problem.status}</p>"
        f"<p>{escape(problem.__doc__ or '')}</p><h2>What to do</h2><p>{escape(problem.remedy)}</p>"
    )
