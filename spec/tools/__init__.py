"""One verb = one module; `cli` dispatches."""
