"""Run as `python -m spec <verb>`."""

from spec.tools.cli import main

raise SystemExit(main())
