"""One repository per resource: the only code that writes queries."""
