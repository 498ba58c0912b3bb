"""`make resource fields=…`: what a field may be, and what is said of one that is wrong."""

import pytest

from spec.resource.fields import Field, parse
from spec.tools.finding import RefusedError


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("name:string", Field(name="name", kind="string", low=1, high=200)),
        ("name:string(1..120)", Field(name="name", kind="string", low=1, high=120)),
        ("model_name:string", Field(name="model_name", kind="string", low=1, high=200)),
        ("name:string(80)", Field(name="name", kind="string", low=1, high=80)),
        ("notes:text?", Field(name="notes", kind="text", low=1, high=5000, is_optional=True)),
        ("age:int(0..150)", Field(name="age", kind="int", low=0, high=150)),
        ("age:int", Field(name="age", kind="int", low=-(2**31), high=2**31 - 1)),
        ("fee:decimal(10, 4)", Field(name="fee", kind="decimal", high=10, places=4)),
        ("done:bool=false", Field(name="done", kind="bool", default=False)),
        ("age:int(0..9)=3", Field(name="age", kind="int", low=0, high=9, default=3)),
        ("day:date=2026-01-31", Field(name="day", kind="date", default="2026-01-31")),
        (
            "level:enum(low|high)=low",
            Field(name="level", kind="enum", high=20, values=("low", "high"), default="low"),
        ),
        (
            'title:string="New one"',
            Field(name="title", kind="string", low=1, high=200, default="New one"),
        ),
        (
            "item_id:ref(items)?",
            Field(name="item_id", kind="ref", target="items", is_optional=True),
        ),
    ],
)
def test_a_field_is_read(text: str, field: Field) -> None:
    assert parse(text) == [field]


@pytest.mark.parametrize(
    ("text", "message", "fix"),
    [
        ("", "needs a field", "write name:kind"),
        ("name", "'name' is not a field", "write name:kind"),
        ("name:", "unknown kind ''", "use one of string"),
        ("name:strng", "name has the unknown kind 'strng'", "did you mean string?"),
        ("Name:string", "'Name' is not snake case", "write it like due_date"),
        ("class:string", "class is a keyword of Python", "another name"),
        ("import:string", "import is a keyword of Python", "another name"),
        ("json:string", "json is reserved by Python or Pydantic", "another name"),
        ("str:string", "str is reserved by Python or Pydantic", "another name"),
        ("select:bool", "select cannot be a filter", "another name"),
        ("metadata:string", "every row already has a field metadata", "rename"),
        ("version:int", "every row already has a field version", "rename"),
        ("name:string(9..1)", "name has impossible lengths", "smaller one first"),
        ("name:string(a..b)", "name has the bounds 'a..b'", "write string(1..120)"),
        ("name:string(0..99999)", "name has impossible lengths", "10000"),
        ("age:int(5)", "age has the bounds '5'", "write int(0..1000)"),
        ("age:int(0..99999999999999999999)", "age has the bounds", "write int(0..1000)"),
        ("fee:decimal(2,2)", "fee has impossible digits", "fewer after the decimal point"),
        ("done:bool(1)", "done: a bool has no bounds", "write done:bool"),
        ("level:enum", "level has the value ''", "write enum(low|high)"),
        ("level:enum(Low)", "level has the value 'Low'", "lower case"),
        ("level:enum(a|a)", "level has repeated", "remove"),
        ("level:enum(a|b)=c", "level cannot have the default 'c'", "within its bounds"),
        ("age:int(0..9)=10", "age cannot have the default '10'", "within its bounds"),
        ("day:date=2026-02-30", "day cannot have the default", "kind date"),
        ("fee:decimal=1", "fee cannot have the default '1'", "kind decimal"),
        ("item_id:ref", "item_id does not name a resource", "write ref(items)"),
        ("limit:bool", "limit cannot be a filter", "another name"),
        ("name:string name:text", "name occurs twice", "remove"),
        ('name:string="a', "cannot be read", "close the quote"),
    ],
)
def test_a_wrong_field_is_refused_by_its_name_and_with_the_fix(
    text: str, message: str, fix: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        parse(text)

    (finding,) = refused.value.findings
    assert message in finding.message
    assert fix in finding.fix


def test_all_wrong_fields_are_named_at_once() -> None:
    with pytest.raises(RefusedError) as refused:
        parse("name:string due:day archived:bool=maybe")

    assert [finding.where.line for finding in refused.value.findings] == [2, 3]
