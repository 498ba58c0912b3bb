"""What the sample contract becomes, word for word."""

import pytest

from tests.spec.project import Project

MARGIN = "\n        "
GOLDEN = {
    "a union with a discriminator": (
        "schemas/v1/models.py",
        """
        Pet = TypeAliasType("Pet", Annotated[Cat | Dog, Field(discriminator="kind")])
        \"\"\"A cat or a dog.\"\"\"
        """,
    ),
    "nullable and absent kept apart": (
        "schemas/v1/models.py",
        """
            name: str | MISSING = MISSING
            owner: str | None | MISSING = MISSING
        """,
    ),
    "constant, required and typed headers": (
        "schemas/v1/pets.py",
        """
        @dataclass(frozen=True, slots=True, kw_only=True)
        class PutPet201(Reply):
            \"\"\"The pet was created.\"\"\"

            status: ClassVar[int] = 201
            constant_headers: ClassVar[Mapping[str, str]] = {"Cache-Control": "no-store"}
            header_names: ClassVar[Mapping[str, str]] = {
                "location": "Location",
                "x_remaining": "X-Remaining",
            }

            body: models.Pet
            location: str
            x_remaining: int
        """,
    ),
    "an optional header": (
        "schemas/v1/pets.py",
        """
            status: ClassVar[int] = 200
            header_names: ClassVar[Mapping[str, str]] = {"etag": "ETag"}

            body: models.Pet
            etag: str | None = None
        """,
    ),
    "a status without a body": (
        "schemas/v1/pets.py",
        """
            status: ClassVar[int] = 204

            body: None = None
        """,
    ),
    "several statuses and optional security": (
        "schemas/v1/pets.py",
        """
            async def put_pet(
                self,
                pet_id: types.UUID,
                body: models.Pet,
                *,
                principal: Principal | None,
            ) -> PutPet200 | PutPet201 | PutPet204:
                \"\"\"Create or replace a pet.

                PUT /pets/{pet_id}; errors: 400, 401, 403, 413, 415, 422, 500.
                \"\"\"
                raise NotImplementedError("putPet")
        """,
    ),
    "their route": (
        "routes/pets.py",
        """
        @router.put("/pets/{pet_id}", operation_id="putPet", response_model=None)
        @typed(operations.PUT_PET)
        async def put_pet(
            services: Services,
            principal: MaybeCaller,
            pet_id: types.UUID,
            body: v1.Pet,
        ) -> Response:
            \"\"\"Create or replace a pet.\"\"\"
            return render_reply(await services.pets.put_pet(pet_id, body, principal=principal))
        """,
    ),
    "parameters of every kind": (
        "routes/pets.py",
        """
            services: Services,
            principal: Caller,
            *,
            kind: v1.PetKind,
            names: list[str] | None,
            limit: int | None,
            type_: bool,
            x_client_version: str,
        ) -> Response:
        """,
    ),
    "where the contract has them": (
        "schemas/v1/operations.py",
        """
            arguments={
                "kind": ("query", "kind"),
                "names": ("query", "names"),
                "limit": ("query", "limit"),
                "type_": ("query", "type"),
                "x_client_version": ("header", "X-Client-Version"),
            },
        """,
    ),
    "their interface": (
        "schemas/v1/pets.py",
        """
                kind: models.PetKind,
                names: list[str] | None,
                limit: int | None,
                type_: bool,
                x_client_version: str,
                principal: Principal,
            ) -> models.PetPage:
        """,
    ),
    "nothing to answer": (
        "routes/pets.py",
        """
            await services.pets.delete_pet(pet_id, principal=principal)
            return render(None, 204)
        """,
    ),
    "alternatives of security": (
        "schemas/v1/operations.py",
        """
            security=({"oauth2": ("pets:read",)}, {"api_key": ()}),
            schemes={"oauth2": SCHEMES["oauth2"], "api_key": SCHEMES["api_key"]},
        """,
    ),
    "anonymous callers beside others": (
        "schemas/v1/operations.py",
        """
            security=({}, {"oauth2": ("pets:write",)}),
        """,
    ),
    "an upload": (
        "routes/files.py",
        """
            title: str,
            content: Upload,
            copies: int,
        ) -> Response:
            \"\"\"Upload a file.\"\"\"
        """,
    ),
    "the interface of an upload": (
        "schemas/v1/files.py",
        """
                title: str,
                content: Upload,
                copies: int,
            ) -> UploadFile201:
        """,
    ),
    "a form": (
        "routes/files.py",
        """
            body: v1.Form,
        ) -> Response:
            \"\"\"Send a form.\"\"\"
            return render(await services.files.send_form(body), 200)
        """,
    ),
    "one of two forms": (
        "routes/files.py",
        """
            body: v1.Order,
        ) -> Response:
        """,
    ),
    "a stream": (
        "schemas/v1/files.py",
        """
            status: ClassVar[int] = 200

            body: str | AsyncIterable[bytes]
            media_type: Literal["text/csv"] = "text/csv"
        """,
    ),
    "the type of the events": (
        "schemas/v1/outgoing.py",
        """
        WebhookEvent = models.PetSold
        \"\"\"An event of the contract; only such an event can be published.\"\"\"
        """,
    ),
    "the prefix of the server": ("schemas/v1/operations.py", 'PREFIX = "/sample/v1"\n'),
    "the routers in the order of the contract": (
        "routes/__init__.py",
        "ROUTERS: tuple[APIRouter, ...] = (\n    pets.router,\n    files.router,\n)\n",
    ),
    "a service to begin with": (
        "services/files.py",
        """
        @final
        class Files(schemas.FilesService):
            \"\"\"Files of any kind.\"\"\"

            def __init__(self) -> None:
        """,
    ),
}


@pytest.mark.parametrize("case", GOLDEN)
def test_the_sample_becomes_exactly_this(generated: Project, case: str) -> None:
    file, expected = GOLDEN[case]

    assert expected.replace(MARGIN, "\n").strip() in generated.read(file)


@pytest.mark.parametrize("file", ["schemas/v1/pets.py", "routes/pets.py", "schemas/v1/models.py"])
def test_the_first_line_says_where_a_file_comes_from(generated: Project, file: str) -> None:
    source = "spec/v1" if "models" in file else "spec/v1/pets.yaml"

    first = generated.read(file).splitlines()[0]

    assert first == f"# Code generated from {source} by make generate. DO NOT EDIT."
