"""Rules about operations and the document: each finds its own edit, and not one that it allows."""

import pytest

from spec.diff.catalogue import KEYWORDS, RULES, Direction, Effect
from tests.spec.diff.contracts import JSON, Members, changes, document, rules
from tests.spec.diff.test_schemas import REQUEST, RESPONSE

TEXT = {"type": "string"}
NAME = {"name": "name", "in": "query", "schema": TEXT}
BODY = {"content": {JSON: {"schema": TEXT}}}
FORM = "multipart/form-data"
OAUTH = {"type": "oauth2", "flows": {"password": {"tokenUrl": "/token", "scopes": {"read": "R"}}}}
LIMIT = {"policies": [{"name": "burst", "requests": 10, "seconds": 1}]}
PAGES = {"cursor": "cursor", "limit": "limit", "items": "items", "next": "next"}
DEPRECATED = {"deprecated": True}
NEVER = document(paths={})


def op(**members: object) -> Members:
    return document(operation=members)


def parameter(**members: object) -> Members:
    return op(parameters=[{**NAME, **members}])


def form(**members: object) -> Members:
    return op(requestBody={"content": {FORM: {"schema": {"type": "object"}, **members}}})


def responses(**statuses: object) -> Members:
    return op(responses={name.removeprefix("_"): value for name, value in statuses.items()})


def header(**members: object) -> Members:
    return responses(_200={"headers": {"ETag": {"schema": TEXT, **members}}})


def secured(*alternatives: Members) -> Members:
    return op(security=list(alternatives))


def schemes(**named: object) -> Members:
    return document(components={"securitySchemes": named})


def body_limit(size: int) -> Members:
    return extended(max_body_bytes=size)


def extended(**extensions: object) -> Members:
    return op(**{f"x-{name.replace('_', '-')}": value for name, value in extensions.items()})


def limited(requests: int, seconds: int, **more: object) -> Members:
    policies = [{"name": "burst", "requests": requests, "seconds": seconds}]
    return extended(rate_limit={"policies": policies, **more})


def webhook(**paths: object) -> Members:
    return document(webhooks=paths)


def version(text: str) -> Members:
    return document(info={"version": text})


def path(text: str, name: str) -> Members:
    place = {"name": name, "in": "path", "required": True, "schema": TEXT}
    return document(text, operation={"parameters": [place]})


# Rule, the contract before, after the edit that the rule is about, and after one it allows.
CASES: list[tuple[str, Members, Members, Members]] = [
    ("request-parameter-added", op(), parameter(), op(parameters=[])),
    ("request-required-parameter-added", op(), parameter(required=True), parameter()),
    ("request-parameter-removed", parameter(), op(), parameter(description="A")),
    (
        "request-parameter-ignored",
        op(parameters=[{**NAME, "in": "header"}]),
        op(),
        op(parameters=[{**NAME, "in": "header", "name": "Name"}]),
    ),
    ("request-parameter-required", parameter(), parameter(required=True), parameter()),
    ("request-parameter-optional", parameter(required=True), parameter(), parameter(required=True)),
    (
        "request-parameter-style-changed",
        parameter(),
        parameter(explode=False),
        parameter(style="form", explode=True),
    ),
    (
        "request-path-parameter-renamed",
        path("/things/{id}", "id"),
        path("/things/{thing_id}", "thing_id"),
        path("/things/{id}", "id"),
    ),
    ("request-body-added", op(), op(requestBody=BODY), op()),
    ("request-body-removed", op(requestBody=BODY), op(), op(requestBody={**BODY})),
    (
        "request-body-required",
        op(),
        op(requestBody={**BODY, "required": True}),
        op(requestBody=BODY),
    ),
    (
        "request-body-optional",
        op(requestBody={**BODY, "required": True}),
        op(requestBody=BODY),
        op(requestBody={**BODY, "required": True}),
    ),
    (
        "request-media-type-added",
        form(),
        op(requestBody={"content": {FORM: {"schema": {"type": "object"}}, JSON: {}}}),
        form(),
    ),
    (
        "request-media-type-removed",
        op(requestBody=BODY),
        op(requestBody={"content": {"text/csv": {"schema": TEXT}}}),
        op(requestBody={"content": {JSON.upper(): {"schema": TEXT}}}),
    ),
    (
        "request-encoding-changed",
        form(),
        form(encoding={"file": {"contentType": "image/png"}}),
        form(encoding={}),
    ),
    ("response-success-added", responses(_200={}), responses(_200={}, _201={}), op()),
    ("response-success-removed", responses(_200={}), responses(_204={}), responses(_2XX={})),
    ("response-error-added", op(), responses(_200={}, _404={}), op()),
    (
        "response-error-removed",
        responses(_200={}, _404={}),
        op(),
        responses(_200={}, default={}),
    ),
    (
        "response-media-type-added",
        responses(_200=BODY),
        responses(_200={"content": {**BODY["content"], "text/csv": {}}}),
        responses(_200=BODY),
    ),
    ("response-media-type-removed", responses(_200=BODY), op(), responses(_200=BODY)),
    ("response-header-added", op(), header(), op()),
    (
        "response-header-removed",
        header(required=True),
        op(),
        responses(_200={"headers": {"etag": {"required": True, "schema": TEXT}}}),
    ),
    ("response-optional-header-removed", header(), op(), header(description="A")),
    ("response-header-optional", header(required=True), header(), header(required=True)),
    ("response-header-required", header(), header(required=True), header()),
    ("response-link-added", op(), responses(_200={"links": {"next": {}}}), op()),
    (
        "response-link-removed",
        responses(_200={"links": {"next": {}}}),
        op(),
        responses(_200={"links": {"next": {"description": "A"}}}),
    ),
    ("operation-added", NEVER, op(), NEVER),
    ("operation-removed", op(), NEVER, op(summary="A")),
    (
        "operation-retired",
        op(**DEPRECATED, **{"x-sunset": "2026-11-27"}),
        NEVER,
        op(**DEPRECATED, **{"x-sunset": "2026-11-27"}),
    ),
    ("operation-id-changed", op(), op(operationId="createThing"), op(summary="Create a thing")),
    ("operation-tags-changed", op(), op(tags=["others"]), op(tags=["things"])),
    ("operation-deprecated", op(), op(deprecated=True), op(deprecated=False)),
    ("operation-undeprecated", op(deprecated=True), op(), op(deprecated=True)),
    ("sunset-announced", op(), extended(sunset="2027-06-30"), op()),
    (
        "sunset-later",
        extended(sunset="2027-06-30"),
        extended(sunset="2027-07-01"),
        op(deprecated=True, **{"x-sunset": "2027-06-30"}),
    ),
    (
        "sunset-earlier",
        extended(sunset="2027-06-30"),
        extended(sunset="2027-06-29"),
        extended(sunset="2027-07-01"),
    ),
    ("sunset-near", op(), extended(sunset="2026-12-27"), extended(sunset="2026-12-28")),
    (
        "stability-lowered",
        op(),
        extended(stability_level="beta"),
        extended(stability_level="stable"),
    ),
    ("stability-raised", extended(stability_level="beta"), op(), extended(stability_level="alpha")),
    ("webhook-added", op(), webhook(done={"post": {}}), webhook(done={})),
    ("webhook-removed", webhook(done={"post": {}}), op(), webhook(done={"post": {"summary": "A"}})),
    (
        "schema-removed",
        document(components={"schemas": {"Thing": TEXT}}),
        op(),
        document(components={"schemas": {"Thing": TEXT, "More": TEXT}}),
    ),
    ("server-added", op(), document(servers=[{"url": "/api"}]), document(servers=[])),
    (
        "server-removed",
        document(servers=[{"url": "/api/v1"}]),
        document(servers=[{"url": "/v1"}]),
        document(servers=[{"url": "/v1"}, {"url": "/api/v1"}]),
    ),
    (
        "security-narrowed",
        secured({"oauth2": ["read"]}),
        secured({"oauth2": ["read", "write"]}),
        secured({"oauth2": []}),
    ),
    (
        "security-widened",
        secured({"oauth2": ["read"]}),
        secured({"oauth2": ["read"]}, {"api_key": []}),
        secured({"oauth2": ["read"]}, {"oauth2": ["read", "write"]}),
    ),
    ("security-scheme-added", op(), schemes(oauth2=OAUTH), schemes()),
    ("security-scheme-removed", schemes(oauth2=OAUTH), schemes(), schemes(oauth2=OAUTH, more={})),
    (
        "security-scheme-changed",
        schemes(key={"type": "apiKey", "in": "header", "name": "X-Key"}),
        schemes(key={"type": "apiKey", "in": "header", "name": "X-API-Key"}),
        schemes(key={"type": "apiKey", "in": "header", "name": "X-Key", "description": "A"}),
    ),
    (
        "security-scheme-changed",
        schemes(oauth2=OAUTH),
        schemes(oauth2={**OAUTH, "flows": {}}),
        schemes(oauth2={**OAUTH, "description": "A"}),
    ),
    (
        "security-scope-added",
        schemes(oauth2={"flows": {"password": {"scopes": {}}}}),
        schemes(oauth2={"flows": {"password": {"scopes": {"read": "R"}}}}),
        schemes(oauth2={"flows": {"password": {"scopes": {}}}}),
    ),
    (
        "security-scope-removed",
        schemes(oauth2={"flows": {"password": {"scopes": {"read": "R"}}}}),
        schemes(oauth2={"flows": {"password": {"scopes": {}}}}),
        schemes(oauth2={"flows": {"password": {"scopes": {"read": "To read."}}}}),
    ),
    ("rate-limit-tightened", limited(10, 1), limited(9, 1), limited(20, 2)),
    ("rate-limit-tightened", limited(10, 1), limited(20, 3), limited(10, 1)),
    ("rate-limit-tightened", limited(10, 1), limited(10, 1, per="address"), limited(11, 1)),
    ("rate-limit-loosened", limited(10, 1), extended(rate_limit={"policies": []}), limited(9, 1)),
    ("idempotency-added", op(), extended(idempotent=True), extended(idempotent=False)),
    ("idempotency-removed", extended(idempotent=True), op(), extended(idempotent=True)),
    ("pagination-added", op(), extended(pagination=PAGES), op()),
    (
        "pagination-changed",
        extended(pagination=PAGES),
        extended(pagination={**PAGES, "limit": "size"}),
        extended(pagination=dict(reversed(PAGES.items()))),
    ),
    ("body-limit-lowered", body_limit(9), body_limit(8), body_limit(9)),
    ("body-limit-raised", body_limit(8), body_limit(9), body_limit(8)),
    ("body-limit-changed", body_limit(8), op(), body_limit(8)),
    (
        "cache-changed",
        extended(cache={"seconds": 1}),
        extended(cache={"seconds": 2}),
        extended(cache={"seconds": 1}),
    ),
    (
        "error-format-changed",
        op(),
        extended(error_format="oauth2"),
        extended(error_format="problem"),
    ),
    (
        "additional-query-refused",
        extended(additional_query=True),
        op(),
        extended(additional_query=True),
    ),
    (
        "additional-query-ignored",
        op(),
        extended(additional_query=True),
        extended(additional_query=False),
    ),
    ("version-lowered", version("1.1.0"), version("1.0.9"), version("1.1.1")),
    ("version-major-raised", version("1.1.0"), version("2.0.0"), version("1.2.0")),
]


@pytest.mark.parametrize(("rule", "old", "bad", "good"), CASES)
def test_a_rule_finds_its_edit_and_no_other(
    rule: str, old: Members, bad: Members, good: Members
) -> None:
    assert rule in rules(old, bad)
    assert rule not in rules(old, good)


def test_every_rule_has_a_case() -> None:
    """Those about schemas have theirs in `test_schemas.py`, the others above and below."""
    schemas = {f"request-{name}" for name, *_ in REQUEST} | {
        f"response-{name}" for name, *_ in RESPONSE
    }
    keywords = {
        keyword.rule_id(direction, effect)
        for keyword in KEYWORDS.values()
        for direction in (Direction.REQUEST, Direction.RESPONSE)
        for effect in Effect
        if effect is not Effect.CHANGED or keyword.changed
    }
    assert {rule for rule, *_ in CASES} | schemas | keywords | {
        "version-not-raised"
    } == RULES.keys()


def test_the_body_of_a_webhook_is_sent_by_the_server() -> None:
    bodies = [{"content": {JSON: {"schema": {**TEXT, "maxLength": size}}}} for size in (9, 8)]
    old, new = (webhook(done={"post": {"requestBody": body}}) for body in bodies)

    assert rules(old, new) == {"response-max-length-lowered"}
    assert rules(new, old) == {"response-max-length-raised"}


def test_a_parameter_whose_schema_changed_is_judged_as_a_request() -> None:
    assert rules(parameter(), parameter(schema={**TEXT, "maxLength": 9})) == {
        "request-max-length-lowered"
    }


def test_a_place_is_named_by_names_and_never_by_its_position() -> None:
    old, new = op(), op(parameters=[NAME, {**NAME, "name": "more"}])
    new["paths"]["/things"]["parameters"] = [{**NAME, "name": "all"}]

    found = {change.subject for change in changes(old, new)}

    assert found == {
        "/things parameter all",
        "POST /things parameter name",
        "POST /things parameter more",
    }


def test_a_removed_parameter_is_ignored_where_unknown_ones_are() -> None:
    old, new = extended(additional_query=True), extended(additional_query=True)
    old["paths"]["/things"]["post"]["parameters"] = [NAME]

    assert rules(old, new) == {"request-parameter-ignored"}


def test_a_draft_may_change_at_any_time() -> None:
    old, new = (parameter(required=value) for value in (False, True))
    for one in (old, new):
        one["paths"]["/things"]["post"]["x-stability-level"] = "draft"

    (found,) = changes(old, new)

    assert (found.rule, str(found.level)) == ("request-parameter-required", "risky")


def test_a_limit_of_the_tag_holds_for_its_operations() -> None:
    old, new = (
        document(
            tags=[
                {
                    "name": "things",
                    "x-rate-limit": {"policies": [{**LIMIT["policies"][0], "requests": requests}]},
                }
            ]
        )
        for requests in (10, 5)
    )

    (found,) = changes(old, new)

    assert (found.rule, found.subject) == ("rate-limit-tightened", "tag things")
    assert found.operations == ("makeThing",)


def test_an_extension_that_no_rule_has_checked_is_no_obstacle() -> None:
    """An old contract may say anything."""
    old = extended(sunset="soon", stability_level="solid")

    assert rules(old, op()) == set()
    assert rules(op(), old) == set()
