"""Files of a contract as YAML 1.2 that people edit."""

import yaml

from spec.tools.load import Json, plain


class _Dumper(yaml.CSafeDumper):
    """Writes text of several lines as a block, and quotes what would be read as no string."""

    def ignore_aliases(self, data: object) -> bool:
        """Write every value out."""
        return True


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = None
    if "\n" in text and not any(line.endswith(" ") for line in text.split("\n")):
        style = "|"
    elif plain(text) != text or not isinstance(plain(text), str):
        style = '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


_Dumper.add_representer(str, _text)


def to_yaml(value: Json) -> str:
    """Return a value as YAML, its members in their order."""
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)
