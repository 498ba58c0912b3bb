"""`python -m tests.load.speed.serve ours|hand|floor PORT`: serve what is compared."""

import sys
from typing import Any

import uvicorn

from app.core.config import load_settings
from app.main import create_app
from app.server import uvicorn_options
from tests.load.speed.handwritten import make_app

_PLAIN: dict[str, Any] = {"http": "httptools", "access_log": False, "log_level": "warning"}
_FLOOR = [(b"content-type", b"application/json"), (b"content-length", b"15")]


async def floor(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI
    """Answer everything with the same bytes: what the server itself costs."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": _FLOOR})
        await send({"type": "http.response.body", "body": b'{"status":"ok"}'})


def main(name: str, port: int) -> None:
    """Serve on a port of 127.0.0.1 until SIGTERM."""
    settings = load_settings()
    if name == "ours":
        uvicorn.run(create_app(settings), port=port, **uvicorn_options(settings))
    elif name == "hand":
        app = make_app(settings.database_url.get_secret_value(), settings.database_pool_size)
        uvicorn.run(app, port=port, **_PLAIN)
    else:
        uvicorn.run(floor, port=port, lifespan="off", **_PLAIN)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
