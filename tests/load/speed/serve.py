"""`python -m tests.load.speed.serve ours|hand|floor|h11|limits PORT`: serve what is compared."""

import sys
from typing import Any

import uvicorn

from app.core.config import load_settings
from app.manage.serve import run
from app.server import uvicorn_options

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
    # Each process imports only what it serves, as the memory of the processes is compared.
    if name == "ours":
        from app.main import app  # noqa: PLC0415

        run(uvicorn.Config(app, port=port, **uvicorn_options(settings)))
    elif name == "hand":
        from tests.load.speed.handwritten import make_app  # noqa: PLC0415

        app = make_app(settings.database_url.get_secret_value(), settings.database_pool_size)
        uvicorn.run(app, port=port, **_PLAIN)
    else:
        options = {"h11": _PLAIN | {"http": "h11"}, "limits": uvicorn_options(settings)}
        uvicorn.run(floor, port=port, lifespan="off", **options.get(name, _PLAIN))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
