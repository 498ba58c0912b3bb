"""Commands for operators and developers: `python -m app.manage --help`."""
