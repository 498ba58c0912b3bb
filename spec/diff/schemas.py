"""Structural comparison of two schemas, keyword by keyword and in one direction."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import zip_longest

from spec.diff.catalogue import Direction, Effect, Level
from spec.diff.keywords import compare_keywords, compare_null, compare_types
from spec.diff.report import Scope
from spec.diff.view import Union, View
from spec.tools.contract import Node
from spec.tools.load import Pointer

Pair = tuple[tuple[Pointer, ...], tuple[Pointer, ...]]


@dataclass
class Comparison:
    """Compares schemas of one operation in one direction; a pair is compared once.

    A schema that refers to itself ends where the pair comes again: what is compared already is
    taken as given.
    """

    scope: Scope
    seen: set[Pair] = field(default_factory=set[Pair])

    def nodes(self, old: Node, new: Node) -> None:
        """Compare two schemas; a missing one allows everything."""
        if not self.scope.is_same(old, new):
            self.views(View.of(old), View.of(new))

    def views(self, old: View, new: View) -> None:
        """Compare two schemas that are taken apart."""
        pair = (old.key, new.key)
        if pair in self.seen:
            return
        self.seen.add(pair)
        if bool(old.unions) != bool(new.unions):
            self.one_union(old, new)
            return
        if old.unions:
            compare_null(self.scope, old, new)
        elif not compare_types(self.scope, old, new):
            return
        compare_keywords(self.scope, old, new)
        self.properties(old, new)
        self.unknown_properties(old, new)
        self.items(old, new)
        for before, after in zip_longest(old.unions, new.unions):
            self.unions(before, after, old, new)

    def properties(self, old: View, new: View) -> None:
        """Compare the properties that are known, and which of them are required."""
        direction = self.scope.direction
        before, after = old.properties(direction), new.properties(direction)
        for name in dict.fromkeys([*before, *after]):
            if name not in after:
                self.removed(name, old, new, before[name])
            elif name not in before:
                self.added(name, old, new, after[name])
            else:
                self.required(name, old, new, after[name].home)
                self.views(before[name], after[name])
        for view, described in ((old, before), (new, after)):
            for name in sorted(view.required - described.keys()):
                if not view.describes(name):
                    self.required(name, old, new, new.holder("required") or new.home)

    def removed(self, name: str, old: View, new: View, property_: View) -> None:
        """Note a property that is no longer known; what others have to be, it has to be too."""
        if self.scope.direction is Direction.REQUEST:
            rule = "property-removed" if new.is_closed else "property-ignored"
        else:
            rule = "property-removed" if name in old.required else "optional-property-removed"
        self.scope.add(rule, property_.home, f"property {name} removed")
        if (others := new.inner("additionalProperties")) is not None:
            self.views(property_, others)

    def added(self, name: str, old: View, new: View, property_: View) -> None:
        """Note a property that was unknown, or one of others that the schema described."""
        rule = "property-added"
        if self.scope.direction is Direction.REQUEST:
            is_new = name in new.required and name not in old.required
            rule = "required-property-added" if is_new else rule
        elif old.is_closed:
            rule = "closed-property-added"
        self.scope.add(rule, property_.home, f"property {name} added")
        if (others := old.inner("additionalProperties")) is not None:
            self.views(others, property_)

    def required(self, name: str, old: View, new: View, node: Node) -> None:
        """Note a property that has to be there now, or no longer has to."""
        is_required = name in new.required
        if (name in old.required) != is_required:
            effect = Effect.NARROWED if is_required else Effect.WIDENED
            word = "required" if is_required else "optional"
            self.scope.constrain("property", effect, node, f"property {name} is {word} now", "")

    def unknown_properties(self, old: View, new: View) -> None:
        """Compare what additionalProperties says."""
        if old.is_closed != new.is_closed:
            effect = Effect.NARROWED if new.is_closed else Effect.WIDENED
            word = "refused" if new.is_closed else "accepted"
            holder = new.holder("additionalProperties") or new.home
            text = f"unknown properties are {word} now"
            self.scope.constrain(
                "additional-properties", effect, holder, text, "additionalProperties"
            )
        elif not old.is_closed:
            self.inner("additionalProperties", old, new)

    def items(self, old: View, new: View) -> None:
        """Compare the items of arrays."""
        self.inner("items", old, new)

    def inner(self, key: str, old: View, new: View) -> None:
        """Compare the schemas of a keyword; a missing one allows everything."""
        before, after = old.inner(key), new.inner(key)
        if before is not None or after is not None:
            self.views(before or old.anything(), after or new.anything())

    def one_union(self, old: View, new: View) -> None:
        """Compare a schema with a union: it is a union of one."""
        compare_null(self.scope, old, new)
        before = self.branches(old.unions[0] if old.unions else None, old)
        after = self.branches(new.unions[0] if new.unions else None, new)
        self.match(
            [view.within(old) for view in before] if old.unions else before,
            [view.within(new) for view in after] if new.unions else after,
            _common_types,
        )

    def unions(self, old: Union | None, new: Union | None, outer: View, inner: View) -> None:
        """Compare two unions, whatever the order of their branches."""
        self.match(self.branches(old, outer), self.branches(new, inner), _same_types)
        if old and new:
            if old.kind != new.kind:
                effect = Effect.NARROWED if new.kind == "oneOf" else Effect.WIDENED
                self.scope.constrain(
                    "union", effect, new.holder, f"{old.kind} → {new.kind}", new.kind
                )
            self.discriminators(old, new)

    def branches(self, union: Union | None, view: View) -> list[View]:
        """Return the branches of a union, or the schema itself as the only one."""
        if union is None:
            return [view.without_unions()]
        return [View.of(branch) for branch in union.branches]

    def match(
        self, old: list[View], new: list[View], resembles: Callable[[View, View], bool]
    ) -> None:
        """Compare the branches that belong together, and note those that came or went."""
        for fits in (_same_name, self.is_equal, self.is_compatible, resembles):
            for before in list(old):
                after = next((view for view in new if fits(before, view)), None)
                if after is not None:
                    self.views(before, after)
                    old.remove(before)
                    new.remove(after)
        for effect, views in ((Effect.NARROWED, old), (Effect.WIDENED, new)):
            word = "removed" if effect is Effect.NARROWED else "added"
            for view in views:
                name = view.home.schema_name or "without a name"
                self.scope.constrain("variant", effect, view.home, f"variant {name} {word}", "")

    def is_equal(self, old: View, new: View) -> bool:
        """Tell whether nothing differs."""
        return self.worst(old, new) is None

    def is_compatible(self, old: View, new: View) -> bool:
        """Tell whether the change would break nobody."""
        return self.worst(old, new) in {Level.HARMLESS, Level.RISKY}

    def worst(self, old: View, new: View) -> Level | None:
        """Return the level of the worst difference without noting it."""
        trial = Comparison(self.scope.trial(), set(self.seen))
        trial.views(old, new)
        return max((change.level for change in trial.scope.report.changes()), default=None)

    def discriminators(self, old: Union, new: Union) -> None:
        """Compare how a value says which branch it is."""
        before, after = (one.holder.child("discriminator") for one in (old, new))
        names = [one.text("propertyName", "none") for one in (before, after)]
        if names[0] != names[1]:
            text = f"discriminator: {names[0]} → {names[1]}"
            self.scope.add("discriminator-changed", new.holder, text, "discriminator")
            return
        mappings = [dict(one.child("mapping").entries()) for one in (before, after)]
        targets = [{value: _target(node) for value, node in one.items()} for one in mappings]
        kept = _names(old) & _names(new)
        for value in dict.fromkeys([*targets[0], *targets[1]]):
            first, second = (one.get(value, "") for one in targets)
            if first == second or {first, second} - {""} - kept:
                continue  # equal, or a variant that came or went
            effect = Effect.of(narrows=not second, widens=not first)
            text = f"discriminator {value}: {first or 'none'} → {second or 'none'}"
            node = new.holder if second else old.holder
            self.scope.constrain("discriminator-value", effect, node, text, "discriminator")


def _target(node: Node) -> str:
    return str(node.value).rpartition("/")[2]


def _names(union: Union) -> set[str]:
    return {branch.schema_name for branch in union.branches}


def _same_name(old: View, new: View) -> bool:
    return bool(old.home.schema_name) and old.home.schema_name == new.home.schema_name


def _common_types(old: View, new: View) -> bool:
    return bool((old.types & new.types) - {"null"})


def _same_types(old: View, new: View) -> bool:
    """Tell whether one branch may have become the other: neither has a name of its own."""
    return old.types == new.types and not old.home.schema_name and not new.home.schema_name
