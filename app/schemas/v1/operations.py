# Code generated from spec/v1 by make generate. DO NOT EDIT.
"""The operations of the contract as data."""

from collections.abc import Mapping

from app.schemas.operation import Operation, SecurityScheme

PREFIX = "/api/v1"

SCHEMES: Mapping[str, SecurityScheme] = {
    "oauth2": SecurityScheme("oauth2"),
    "api_key": SecurityScheme("apiKey", "header", "X-API-Key"),
}
GET_LIVENESS = Operation(
    operation_id="getLiveness",
    method="GET",
    path="/health/live",
    tag="health",
    statuses=frozenset({200, 500}),
    extensions={"x-rate-limit": {"bucket": "health", "policies": []}, "x-additional-query": True},
)
GET_READINESS = Operation(
    operation_id="getReadiness",
    method="GET",
    path="/health/ready",
    tag="health",
    statuses=frozenset({200, 500, 503}),
    extensions={"x-rate-limit": {"bucket": "health", "policies": []}, "x-additional-query": True},
)
REGISTER_USER = Operation(
    operation_id="registerUser",
    method="POST",
    path="/auth/register",
    tag="auth",
    arguments={"body": ("body", "")},
    bodies={"application/json": "json"},
    statuses=frozenset({202, 400, 409, 413, 415, 422, 429, 500, 503}),
    extensions={
        "x-rate-limit": {
            "bucket": "auth",
            "per": "address",
            "policies": [
                {"name": "burst", "requests": 10, "seconds": 1},
                {"name": "sustained", "requests": 100, "seconds": 60},
            ],
        }
    },
)
CREATE_TOKEN = Operation(
    operation_id="createToken",
    method="POST",
    path="/auth/token",
    tag="auth",
    arguments={"body": ("body", "")},
    bodies={"application/x-www-form-urlencoded": "form"},
    statuses=frozenset({200, 400, 413, 415, 429, 500, 503}),
    error_format="oauth2",
    extensions={
        "x-rate-limit": {
            "bucket": "createToken",
            "per": "address",
            "policies": [
                {"name": "burst", "requests": 20, "seconds": 1},
                {"name": "sustained", "requests": 600, "seconds": 60},
            ],
        }
    },
)
REVOKE_TOKEN = Operation(
    operation_id="revokeToken",
    method="POST",
    path="/auth/revoke",
    tag="auth",
    arguments={"body": ("body", "")},
    bodies={"application/x-www-form-urlencoded": "form"},
    statuses=frozenset({200, 400, 413, 415, 429, 500, 503}),
    error_format="oauth2",
    extensions={
        "x-rate-limit": {
            "bucket": "auth",
            "per": "address",
            "policies": [
                {"name": "burst", "requests": 10, "seconds": 1},
                {"name": "sustained", "requests": 100, "seconds": 60},
            ],
        }
    },
)
FORGOT_PASSWORD = Operation(
    operation_id="forgotPassword",
    method="POST",
    path="/auth/password/forgot",
    tag="auth",
    arguments={"body": ("body", "")},
    bodies={"application/json": "json"},
    statuses=frozenset({202, 400, 413, 415, 422, 429, 500, 503}),
    extensions={
        "x-rate-limit": {
            "bucket": "auth",
            "per": "address",
            "policies": [
                {"name": "burst", "requests": 10, "seconds": 1},
                {"name": "sustained", "requests": 100, "seconds": 60},
            ],
        }
    },
)
RESET_PASSWORD = Operation(
    operation_id="resetPassword",
    method="POST",
    path="/auth/password/reset",
    tag="auth",
    arguments={"body": ("body", "")},
    bodies={"application/json": "json"},
    statuses=frozenset({204, 400, 409, 413, 415, 422, 429, 500, 503}),
    extensions={
        "x-rate-limit": {
            "bucket": "auth",
            "per": "address",
            "policies": [
                {"name": "burst", "requests": 10, "seconds": 1},
                {"name": "sustained", "requests": 100, "seconds": 60},
            ],
        }
    },
)
VERIFY_EMAIL = Operation(
    operation_id="verifyEmail",
    method="POST",
    path="/auth/email/verify",
    tag="auth",
    arguments={"body": ("body", "")},
    bodies={"application/json": "json"},
    statuses=frozenset({204, 400, 409, 413, 415, 422, 429, 500, 503}),
    extensions={
        "x-rate-limit": {
            "bucket": "auth",
            "per": "address",
            "policies": [
                {"name": "burst", "requests": 10, "seconds": 1},
                {"name": "sustained", "requests": 100, "seconds": 60},
            ],
        }
    },
)
GET_JWKS = Operation(
    operation_id="getJwks",
    method="GET",
    path="/.well-known/jwks.json",
    tag="jwks",
    statuses=frozenset({200, 500}),
    extensions={
        "x-rate-limit": {"bucket": "jwks", "policies": []},
        "x-additional-query": True,
        "x-cache": {"seconds": 300, "public": True},
    },
)
LIST_SESSIONS = Operation(
    operation_id="listSessions",
    method="GET",
    path="/users/me/sessions",
    tag="sessions",
    security=({"oauth2": ("profile:read",)},),
    schemes={"oauth2": SCHEMES["oauth2"]},
    arguments={"limit": ("query", "limit"), "cursor": ("query", "cursor")},
    statuses=frozenset({200, 400, 401, 403, 422, 429, 500, 503}),
    extensions={
        "x-pagination": {"cursor": "cursor", "limit": "limit", "items": "items", "next": "next"}
    },
)
END_SESSIONS = Operation(
    operation_id="endSessions",
    method="DELETE",
    path="/users/me/sessions",
    tag="sessions",
    security=({"oauth2": ("profile:write",)},),
    schemes={"oauth2": SCHEMES["oauth2"]},
    statuses=frozenset({204, 401, 403, 422, 429, 500, 503}),
)
END_SESSION = Operation(
    operation_id="endSession",
    method="DELETE",
    path="/users/me/sessions/{session_id}",
    tag="sessions",
    security=({"oauth2": ("profile:write",)},),
    schemes={"oauth2": SCHEMES["oauth2"]},
    arguments={"session_id": ("path", "session_id")},
    statuses=frozenset({204, 401, 403, 404, 422, 429, 500, 503}),
)
CHANGE_PASSWORD = Operation(
    operation_id="changePassword",
    method="PUT",
    path="/users/me/password",
    tag="users",
    security=({"oauth2": ("profile:write",)},),
    schemes={"oauth2": SCHEMES["oauth2"]},
    arguments={"body": ("body", "")},
    bodies={"application/json": "json"},
    statuses=frozenset({204, 400, 401, 403, 409, 413, 415, 422, 429, 500, 503}),
)
REQUEST_VERIFICATION = Operation(
    operation_id="requestVerification",
    method="POST",
    path="/users/me/verification",
    tag="users",
    security=({"oauth2": ("profile:write",)},),
    schemes={"oauth2": SCHEMES["oauth2"]},
    statuses=frozenset({202, 401, 403, 422, 429, 500, 503}),
)
GET_ME = Operation(
    operation_id="getMe",
    method="GET",
    path="/users/me",
    tag="users",
    security=({"oauth2": ("profile:read",)}, {"api_key": ("profile:read",)}),
    schemes={"oauth2": SCHEMES["oauth2"], "api_key": SCHEMES["api_key"]},
    statuses=frozenset({200, 401, 403, 422, 429, 500, 503}),
)
UPDATE_ME = Operation(
    operation_id="updateMe",
    method="PATCH",
    path="/users/me",
    tag="users",
    security=({"oauth2": ("profile:write",)},),
    schemes={"oauth2": SCHEMES["oauth2"]},
    arguments={"body": ("body", "")},
    bodies={"application/json": "json"},
    statuses=frozenset({200, 400, 401, 403, 413, 415, 422, 429, 500, 503}),
)
LIST_USERS = Operation(
    operation_id="listUsers",
    method="GET",
    path="/users",
    tag="users",
    security=({"oauth2": ("users:read",)},),
    schemes={"oauth2": SCHEMES["oauth2"]},
    arguments={
        "limit": ("query", "limit"),
        "cursor": ("query", "cursor"),
        "role": ("query", "role"),
        "disabled": ("query", "disabled"),
        "email": ("query", "email"),
    },
    statuses=frozenset({200, 400, 401, 403, 422, 429, 500, 503}),
    extensions={
        "x-pagination": {"cursor": "cursor", "limit": "limit", "items": "items", "next": "next"}
    },
)
GET_USER = Operation(
    operation_id="getUser",
    method="GET",
    path="/users/{user_id}",
    tag="users",
    security=({"oauth2": ("users:read",)},),
    schemes={"oauth2": SCHEMES["oauth2"]},
    arguments={"user_id": ("path", "user_id"), "if_none_match": ("header", "If-None-Match")},
    statuses=frozenset({200, 304, 401, 403, 404, 422, 429, 500, 503}),
)
UPDATE_USER = Operation(
    operation_id="updateUser",
    method="PATCH",
    path="/users/{user_id}",
    tag="users",
    security=({"oauth2": ("users:write",)},),
    schemes={"oauth2": SCHEMES["oauth2"]},
    arguments={
        "user_id": ("path", "user_id"),
        "body": ("body", ""),
        "if_match": ("header", "If-Match"),
    },
    bodies={"application/json": "json"},
    statuses=frozenset({200, 400, 401, 403, 404, 409, 412, 413, 415, 422, 429, 500, 503}),
)
DELETE_USER = Operation(
    operation_id="deleteUser",
    method="DELETE",
    path="/users/{user_id}",
    tag="users",
    security=({"oauth2": ("users:write",)},),
    schemes={"oauth2": SCHEMES["oauth2"]},
    arguments={"user_id": ("path", "user_id"), "if_match": ("header", "If-Match")},
    statuses=frozenset({204, 401, 403, 404, 409, 412, 422, 429, 500, 503}),
)
LIST_API_KEYS = Operation(
    operation_id="listApiKeys",
    method="GET",
    path="/api-keys",
    tag="api_keys",
    security=({"oauth2": ("api_keys:read",)},),
    schemes={"oauth2": SCHEMES["oauth2"]},
    arguments={"limit": ("query", "limit"), "cursor": ("query", "cursor")},
    statuses=frozenset({200, 400, 401, 403, 422, 429, 500, 503}),
    extensions={
        "x-pagination": {"cursor": "cursor", "limit": "limit", "items": "items", "next": "next"}
    },
)
CREATE_API_KEY = Operation(
    operation_id="createApiKey",
    method="POST",
    path="/api-keys",
    tag="api_keys",
    security=({"oauth2": ("api_keys:write",)},),
    schemes={"oauth2": SCHEMES["oauth2"]},
    arguments={"body": ("body", "")},
    bodies={"application/json": "json"},
    statuses=frozenset({201, 400, 401, 403, 409, 413, 415, 422, 429, 500, 503}),
)
GET_API_KEY = Operation(
    operation_id="getApiKey",
    method="GET",
    path="/api-keys/{api_key_id}",
    tag="api_keys",
    security=({"oauth2": ("api_keys:read",)},),
    schemes={"oauth2": SCHEMES["oauth2"]},
    arguments={"api_key_id": ("path", "api_key_id")},
    statuses=frozenset({200, 401, 403, 404, 422, 429, 500, 503}),
)
REVOKE_API_KEY = Operation(
    operation_id="revokeApiKey",
    method="DELETE",
    path="/api-keys/{api_key_id}",
    tag="api_keys",
    security=({"oauth2": ("api_keys:write",)},),
    schemes={"oauth2": SCHEMES["oauth2"]},
    arguments={"api_key_id": ("path", "api_key_id")},
    statuses=frozenset({204, 401, 403, 404, 409, 422, 429, 500, 503}),
)
LIST_ITEMS = Operation(
    operation_id="listItems",
    method="GET",
    path="/items",
    tag="items",
    security=({"oauth2": ("items:read",)}, {"api_key": ("items:read",)}),
    schemes={"oauth2": SCHEMES["oauth2"], "api_key": SCHEMES["api_key"]},
    arguments={
        "limit": ("query", "limit"),
        "cursor": ("query", "cursor"),
        "sort": ("query", "sort"),
        "status": ("query", "status"),
        "created_after": ("query", "created_after"),
        "created_before": ("query", "created_before"),
    },
    statuses=frozenset({200, 400, 401, 403, 422, 429, 500, 503}),
    extensions={
        "x-pagination": {"cursor": "cursor", "limit": "limit", "items": "items", "next": "next"}
    },
)
CREATE_ITEM = Operation(
    operation_id="createItem",
    method="POST",
    path="/items",
    tag="items",
    security=({"oauth2": ("items:write",)}, {"api_key": ("items:write",)}),
    schemes={"oauth2": SCHEMES["oauth2"], "api_key": SCHEMES["api_key"]},
    arguments={"body": ("body", ""), "idempotency_key": ("header", "Idempotency-Key")},
    bodies={"application/json": "json"},
    statuses=frozenset({201, 400, 401, 403, 409, 413, 415, 422, 429, 500, 503}),
    extensions={"x-idempotent": True},
)
GET_ITEM = Operation(
    operation_id="getItem",
    method="GET",
    path="/items/{item_id}",
    tag="items",
    security=({"oauth2": ("items:read",)}, {"api_key": ("items:read",)}),
    schemes={"oauth2": SCHEMES["oauth2"], "api_key": SCHEMES["api_key"]},
    arguments={"item_id": ("path", "item_id"), "if_none_match": ("header", "If-None-Match")},
    statuses=frozenset({200, 304, 401, 403, 404, 422, 429, 500, 503}),
)
UPDATE_ITEM = Operation(
    operation_id="updateItem",
    method="PATCH",
    path="/items/{item_id}",
    tag="items",
    security=({"oauth2": ("items:write",)}, {"api_key": ("items:write",)}),
    schemes={"oauth2": SCHEMES["oauth2"], "api_key": SCHEMES["api_key"]},
    arguments={
        "item_id": ("path", "item_id"),
        "body": ("body", ""),
        "if_match": ("header", "If-Match"),
    },
    bodies={"application/json": "json"},
    statuses=frozenset({200, 400, 401, 403, 404, 409, 412, 413, 415, 422, 429, 500, 503}),
)
DELETE_ITEM = Operation(
    operation_id="deleteItem",
    method="DELETE",
    path="/items/{item_id}",
    tag="items",
    security=({"oauth2": ("items:write",)}, {"api_key": ("items:write",)}),
    schemes={"oauth2": SCHEMES["oauth2"], "api_key": SCHEMES["api_key"]},
    arguments={"item_id": ("path", "item_id"), "if_match": ("header", "If-Match")},
    statuses=frozenset({204, 401, 403, 404, 409, 412, 422, 429, 500, 503}),
)
CREATE_EXPORT = Operation(
    operation_id="createExport",
    method="POST",
    path="/exports",
    tag="exports",
    security=({"oauth2": ("items:read",)}, {"api_key": ("items:read",)}),
    schemes={"oauth2": SCHEMES["oauth2"], "api_key": SCHEMES["api_key"]},
    arguments={"body": ("body", ""), "idempotency_key": ("header", "Idempotency-Key")},
    bodies={"application/json": "json"},
    statuses=frozenset({202, 400, 401, 403, 409, 413, 415, 422, 429, 500, 503}),
    extensions={
        "x-idempotent": True,
        "x-rate-limit": {
            "bucket": "createExport",
            "policies": [
                {"name": "burst", "requests": 5, "seconds": 10},
                {"name": "sustained", "requests": 100, "seconds": 3600},
            ],
        },
    },
)
GET_EXPORT = Operation(
    operation_id="getExport",
    method="GET",
    path="/exports/{export_id}",
    tag="exports",
    security=({"oauth2": ("items:read",)}, {"api_key": ("items:read",)}),
    schemes={"oauth2": SCHEMES["oauth2"], "api_key": SCHEMES["api_key"]},
    arguments={"export_id": ("path", "export_id")},
    statuses=frozenset({200, 401, 403, 404, 422, 429, 500, 503}),
)
GET_EXPORT_FILE = Operation(
    operation_id="getExportFile",
    method="GET",
    path="/exports/{export_id}/file",
    tag="exports",
    security=({"oauth2": ("items:read",)}, {"api_key": ("items:read",)}),
    schemes={"oauth2": SCHEMES["oauth2"], "api_key": SCHEMES["api_key"]},
    arguments={"export_id": ("path", "export_id")},
    statuses=frozenset({200, 401, 403, 404, 409, 422, 429, 500, 503}),
)
WATCH_EXPORT = Operation(
    operation_id="watchExport",
    method="GET",
    path="/exports/{export_id}/events",
    tag="exports",
    security=({"oauth2": ("items:read",)}, {"api_key": ("items:read",)}),
    schemes={"oauth2": SCHEMES["oauth2"], "api_key": SCHEMES["api_key"]},
    arguments={"export_id": ("path", "export_id")},
    statuses=frozenset({200, 401, 403, 404, 422, 429, 500, 503}),
    extensions={
        "x-rate-limit": {
            "bucket": "watchExport",
            "policies": [
                {"name": "burst", "requests": 5, "seconds": 10},
                {"name": "sustained", "requests": 20, "seconds": 300},
            ],
        }
    },
)
CANCEL_EXPORT = Operation(
    operation_id="cancelExport",
    method="POST",
    path="/exports/{export_id}/cancel",
    tag="exports",
    security=({"oauth2": ("items:read",)}, {"api_key": ("items:read",)}),
    schemes={"oauth2": SCHEMES["oauth2"], "api_key": SCHEMES["api_key"]},
    arguments={"export_id": ("path", "export_id")},
    statuses=frozenset({200, 401, 403, 404, 409, 422, 429, 500, 503}),
)
UPLOAD_FILE = Operation(
    operation_id="uploadFile",
    method="POST",
    path="/files",
    tag="files",
    security=({"oauth2": ("files:write",)}, {"api_key": ("files:write",)}),
    schemes={"oauth2": SCHEMES["oauth2"], "api_key": SCHEMES["api_key"]},
    bodies={"image/png": "bytes", "image/jpeg": "bytes", "application/pdf": "bytes"},
    statuses=frozenset({201, 400, 401, 403, 409, 413, 415, 422, 429, 500, 503}),
    extensions={
        "x-manual-route": True,
        "x-max-body-bytes": 10485760,
        "x-rate-limit": {
            "bucket": "uploadFile",
            "policies": [
                {"name": "burst", "requests": 5, "seconds": 10},
                {"name": "sustained", "requests": 100, "seconds": 3600},
            ],
        },
    },
)
FOLLOW_SCANS = Operation(
    operation_id="followScans",
    method="GET",
    path="/files/scans",
    tag="files",
    security=({"oauth2": ("files:read",)}, {"api_key": ("files:read",)}),
    schemes={"oauth2": SCHEMES["oauth2"], "api_key": SCHEMES["api_key"]},
    statuses=frozenset({101, 401, 403, 422, 426, 429, 500, 503}),
    extensions={"x-manual-route": True},
)
RECEIVE_SCAN = Operation(
    operation_id="receiveScan",
    method="POST",
    path="/files/scans",
    tag="files",
    arguments={
        "webhook_id": ("header", "webhook-id"),
        "webhook_timestamp": ("header", "webhook-timestamp"),
        "webhook_signature": ("header", "webhook-signature"),
    },
    bodies={"application/json": "json"},
    statuses=frozenset({202, 400, 404, 413, 415, 422, 429, 500, 503}),
    extensions={"x-manual-route": True, "x-max-body-bytes": 10000},
)
GET_FILE = Operation(
    operation_id="getFile",
    method="GET",
    path="/files/{file_id}",
    tag="files",
    security=({"oauth2": ("files:read",)}, {"api_key": ("files:read",)}),
    schemes={"oauth2": SCHEMES["oauth2"], "api_key": SCHEMES["api_key"]},
    arguments={"file_id": ("path", "file_id")},
    statuses=frozenset({200, 401, 403, 404, 422, 429, 500, 503}),
)
DELETE_FILE = Operation(
    operation_id="deleteFile",
    method="DELETE",
    path="/files/{file_id}",
    tag="files",
    security=({"oauth2": ("files:write",)}, {"api_key": ("files:write",)}),
    schemes={"oauth2": SCHEMES["oauth2"], "api_key": SCHEMES["api_key"]},
    arguments={"file_id": ("path", "file_id")},
    statuses=frozenset({204, 401, 403, 404, 422, 429, 500, 503}),
)
DOWNLOAD_FILE = Operation(
    operation_id="downloadFile",
    method="GET",
    path="/files/{file_id}/content",
    tag="files",
    security=({"oauth2": ("files:read",)}, {"api_key": ("files:read",)}),
    schemes={"oauth2": SCHEMES["oauth2"], "api_key": SCHEMES["api_key"]},
    arguments={
        "file_id": ("path", "file_id"),
        "range_": ("header", "Range"),
        "if_range": ("header", "If-Range"),
        "if_none_match": ("header", "If-None-Match"),
    },
    statuses=frozenset({200, 206, 304, 401, 403, 404, 409, 416, 422, 429, 500, 503}),
)
LIST_WEBHOOKS = Operation(
    operation_id="listWebhooks",
    method="GET",
    path="/webhooks",
    tag="webhooks",
    security=({"oauth2": ("webhooks:read",)},),
    schemes={"oauth2": SCHEMES["oauth2"]},
    arguments={"limit": ("query", "limit"), "cursor": ("query", "cursor")},
    statuses=frozenset({200, 400, 401, 403, 422, 429, 500, 503}),
    extensions={
        "x-pagination": {"cursor": "cursor", "limit": "limit", "items": "items", "next": "next"}
    },
)
CREATE_WEBHOOK = Operation(
    operation_id="createWebhook",
    method="POST",
    path="/webhooks",
    tag="webhooks",
    security=({"oauth2": ("webhooks:write",)},),
    schemes={"oauth2": SCHEMES["oauth2"]},
    arguments={"body": ("body", "")},
    bodies={"application/json": "json"},
    statuses=frozenset({201, 400, 401, 403, 409, 413, 415, 422, 429, 500, 503}),
)
GET_WEBHOOK = Operation(
    operation_id="getWebhook",
    method="GET",
    path="/webhooks/{webhook_id}",
    tag="webhooks",
    security=({"oauth2": ("webhooks:read",)},),
    schemes={"oauth2": SCHEMES["oauth2"]},
    arguments={"webhook_id": ("path", "webhook_id"), "if_none_match": ("header", "If-None-Match")},
    statuses=frozenset({200, 304, 401, 403, 404, 422, 429, 500, 503}),
)
UPDATE_WEBHOOK = Operation(
    operation_id="updateWebhook",
    method="PATCH",
    path="/webhooks/{webhook_id}",
    tag="webhooks",
    security=({"oauth2": ("webhooks:write",)},),
    schemes={"oauth2": SCHEMES["oauth2"]},
    arguments={
        "webhook_id": ("path", "webhook_id"),
        "body": ("body", ""),
        "if_match": ("header", "If-Match"),
    },
    bodies={"application/json": "json"},
    statuses=frozenset({200, 400, 401, 403, 404, 409, 412, 413, 415, 422, 429, 500, 503}),
)
DELETE_WEBHOOK = Operation(
    operation_id="deleteWebhook",
    method="DELETE",
    path="/webhooks/{webhook_id}",
    tag="webhooks",
    security=({"oauth2": ("webhooks:write",)},),
    schemes={"oauth2": SCHEMES["oauth2"]},
    arguments={"webhook_id": ("path", "webhook_id"), "if_match": ("header", "If-Match")},
    statuses=frozenset({204, 401, 403, 404, 409, 412, 422, 429, 500, 503}),
)
ROTATE_WEBHOOK_SECRET = Operation(
    operation_id="rotateWebhookSecret",
    method="POST",
    path="/webhooks/{webhook_id}/secret",
    tag="webhooks",
    security=({"oauth2": ("webhooks:write",)},),
    schemes={"oauth2": SCHEMES["oauth2"]},
    arguments={"webhook_id": ("path", "webhook_id")},
    statuses=frozenset({200, 401, 403, 404, 409, 422, 429, 500, 503}),
)
PING_WEBHOOK = Operation(
    operation_id="pingWebhook",
    method="POST",
    path="/webhooks/{webhook_id}/ping",
    tag="webhooks",
    security=({"oauth2": ("webhooks:write",)},),
    schemes={"oauth2": SCHEMES["oauth2"]},
    arguments={"webhook_id": ("path", "webhook_id")},
    statuses=frozenset({202, 401, 403, 404, 409, 422, 429, 500, 503}),
    extensions={
        "x-rate-limit": {
            "bucket": "pingWebhook",
            "policies": [
                {"name": "burst", "requests": 5, "seconds": 10},
                {"name": "sustained", "requests": 100, "seconds": 3600},
            ],
        }
    },
)
LIST_WEBHOOK_DELIVERIES = Operation(
    operation_id="listWebhookDeliveries",
    method="GET",
    path="/webhooks/{webhook_id}/deliveries",
    tag="webhooks",
    security=({"oauth2": ("webhooks:read",)},),
    schemes={"oauth2": SCHEMES["oauth2"]},
    arguments={
        "webhook_id": ("path", "webhook_id"),
        "limit": ("query", "limit"),
        "cursor": ("query", "cursor"),
    },
    statuses=frozenset({200, 400, 401, 403, 404, 422, 429, 500, 503}),
    extensions={
        "x-pagination": {"cursor": "cursor", "limit": "limit", "items": "items", "next": "next"}
    },
)
REDELIVER_EVENT = Operation(
    operation_id="redeliverEvent",
    method="POST",
    path="/webhook-deliveries/{delivery_id}/redeliver",
    tag="webhooks",
    security=({"oauth2": ("webhooks:write",)},),
    schemes={"oauth2": SCHEMES["oauth2"]},
    arguments={"delivery_id": ("path", "delivery_id")},
    statuses=frozenset({202, 401, 403, 404, 409, 422, 429, 500, 503}),
    extensions={
        "x-rate-limit": {
            "bucket": "redeliverEvent",
            "policies": [
                {"name": "burst", "requests": 5, "seconds": 10},
                {"name": "sustained", "requests": 100, "seconds": 3600},
            ],
        }
    },
)

OPERATIONS: Mapping[str, Operation] = {
    "getLiveness": GET_LIVENESS,
    "getReadiness": GET_READINESS,
    "registerUser": REGISTER_USER,
    "createToken": CREATE_TOKEN,
    "revokeToken": REVOKE_TOKEN,
    "forgotPassword": FORGOT_PASSWORD,
    "resetPassword": RESET_PASSWORD,
    "verifyEmail": VERIFY_EMAIL,
    "getJwks": GET_JWKS,
    "listSessions": LIST_SESSIONS,
    "endSessions": END_SESSIONS,
    "endSession": END_SESSION,
    "changePassword": CHANGE_PASSWORD,
    "requestVerification": REQUEST_VERIFICATION,
    "getMe": GET_ME,
    "updateMe": UPDATE_ME,
    "listUsers": LIST_USERS,
    "getUser": GET_USER,
    "updateUser": UPDATE_USER,
    "deleteUser": DELETE_USER,
    "listApiKeys": LIST_API_KEYS,
    "createApiKey": CREATE_API_KEY,
    "getApiKey": GET_API_KEY,
    "revokeApiKey": REVOKE_API_KEY,
    "listItems": LIST_ITEMS,
    "createItem": CREATE_ITEM,
    "getItem": GET_ITEM,
    "updateItem": UPDATE_ITEM,
    "deleteItem": DELETE_ITEM,
    "createExport": CREATE_EXPORT,
    "getExport": GET_EXPORT,
    "getExportFile": GET_EXPORT_FILE,
    "watchExport": WATCH_EXPORT,
    "cancelExport": CANCEL_EXPORT,
    "uploadFile": UPLOAD_FILE,
    "followScans": FOLLOW_SCANS,
    "receiveScan": RECEIVE_SCAN,
    "getFile": GET_FILE,
    "deleteFile": DELETE_FILE,
    "downloadFile": DOWNLOAD_FILE,
    "listWebhooks": LIST_WEBHOOKS,
    "createWebhook": CREATE_WEBHOOK,
    "getWebhook": GET_WEBHOOK,
    "updateWebhook": UPDATE_WEBHOOK,
    "deleteWebhook": DELETE_WEBHOOK,
    "rotateWebhookSecret": ROTATE_WEBHOOK_SECRET,
    "pingWebhook": PING_WEBHOOK,
    "listWebhookDeliveries": LIST_WEBHOOK_DELIVERIES,
    "redeliverEvent": REDELIVER_EVENT,
}
