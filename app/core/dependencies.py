"""Composition root: the service behind each tag of the contract.

Whatever a worker or a command needs too belongs here or in `app/core/resources.py`; whatever
mentions `Request`, `Header` or `Depends` belongs in `app/api/deps.py`.
"""

from dataclasses import fields
from inspect import iscoroutinefunction
from typing import Any

from app import schemas
from app.core.resources import Resources
from app.services.auth import Auth
from app.services.exports import Exports
from app.services.files import Files
from app.services.health import Health
from app.services.items import Items
from app.services.jwks import Jwks
from app.services.sessions import Sessions
from app.services.users import Users
from app.services.webhooks import Webhooks


def make_services(resources: Resources) -> schemas.Services:
    """Return the service behind each tag of the contract."""
    database, sign_in = resources.database, resources.sign_in
    return schemas.Services(
        health=Health(resources.probes),
        auth=Auth(sign_in.accounts, sign_in.login, sign_in.grants),
        jwks=Jwks(resources.keys),
        sessions=Sessions(database, resources.cursors, resources.session_gate),
        users=Users(database, resources.cursors, sign_in.accounts, resources.session_gate),
        api_keys=resources.api_keys,  # part api_keys
        # part example
        items=Items(database, resources.cursors, resources.idempotency, resources.cache),
        # end part
        # part exports
        exports=Exports(database, resources.idempotency, resources.stream_seconds),
        # end part
        files=Files(database),  # part files
        # part webhooks
        webhooks=Webhooks(
            database, resources.cursors, resources.outbound.guard, resources.signing_secrets
        ),
        # end part
    )


def unimplemented_operations(services: Any) -> list[str]:  # noqa: ANN401 - of any version
    """Return the methods that the contract asks for and no service has yet, as `Service.method`."""
    return [
        f"{type(service).__name__}.{name}"
        for field in fields(services)
        for service in [getattr(services, field.name)]
        for name, method in vars(field.type).items()
        if iscoroutinefunction(method) and getattr(type(service), name) is method
    ]
