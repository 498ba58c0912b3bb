"""Commands for operators: `python -m app.manage --help`."""
