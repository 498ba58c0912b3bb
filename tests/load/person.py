"""What people do with the API, for Locust: `make load` runs it against a server on this host."""

from __future__ import annotations

import random
from itertools import count
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from locust import HttpUser, between, events, task  # type: ignore[import-not-found]

LOCAL = {"127.0.0.1", "::1", "localhost"}
MAX_USERS = 200
MAX_SECONDS = 300
PASSWORD = "correct horse battery"

_numbers = count(1)


@events.init.add_listener  # type: ignore[untyped-decorator]
def refuse_other_hosts(environment: Any, **_: Any) -> None:  # noqa: ANN401 - of Locust
    """Load no server but those of this host, and that only for a while.

    Raises:
        SystemExit: The host is another one, or there is more load than allowed.
    """
    options = environment.parsed_options
    if urlsplit(options.host or "").hostname not in LOCAL:
        raise SystemExit(f"{options.host}: the host should be one of {', '.join(sorted(LOCAL))}")
    if options.num_users > MAX_USERS or not 0 < (options.run_time or 0) <= MAX_SECONDS:
        raise SystemExit(f"At most {MAX_USERS} users, for at most {MAX_SECONDS} seconds.")


class Person(HttpUser):  # type: ignore[misc]
    """Registers, signs in, then mostly reads, sometimes writes, and pauses in between."""

    wait_time = between(0.5, 1.5)

    def on_start(self) -> None:
        """Get an account, a token and some items."""
        email = f"load-{next(_numbers)}-{uuid4().hex[:8]}@example.com"
        self.client.post("/auth/register", json={"email": email, "password": PASSWORD})
        form = {"grant_type": "password", "username": email, "password": PASSWORD}
        token = self.client.post("/auth/token", data=form).json()["access_token"]
        self.client.headers["Authorization"] = f"Bearer {token}"
        self.items: list[str] = []
        for _ in range(3):
            self.create()

    @task(12)  # type: ignore[untyped-decorator]
    def browse(self) -> None:
        """Look at a page, then at some of its items."""
        page = self.client.get("/items?limit=20").json()
        for item in page["items"][:2]:
            self.client.get(f"/items/{item['id']}", name="/items/{item_id}")

    @task(3)  # type: ignore[untyped-decorator]
    def look_at_account(self) -> None:
        """Read the own account."""
        self.client.get("/users/me")

    @task(3)  # type: ignore[untyped-decorator]
    def create(self) -> None:
        """Add an item, once, however often the request arrives."""
        answer = self.client.post(
            "/items", json={"name": "Oak table"}, headers={"Idempotency-Key": uuid4().hex}
        )
        self.items.append(answer.json()["id"])

    @task(3)  # type: ignore[untyped-decorator]
    def change(self) -> None:
        """Change an item that nobody else has changed since."""
        path = f"/items/{random.choice(self.items)}"
        etag = self.client.get(path, name="/items/{item_id}").headers["ETag"]
        self.client.patch(
            path,
            json={"quantity": random.randrange(100)},
            headers={"If-Match": etag},
            name="/items/{item_id}",
        )

    @task(1)  # type: ignore[untyped-decorator]
    def delete(self) -> None:
        """Delete an item, but not the last one."""
        if len(self.items) > 1:
            self.client.delete(f"/items/{self.items.pop()}", name="/items/{item_id}")

    # part exports
    @task(1)  # type: ignore[untyped-decorator]
    def export(self) -> None:
        """Ask for a file of all items; a worker writes it."""
        self.client.post("/exports", json={}, headers={"Idempotency-Key": uuid4().hex})

    # end part
