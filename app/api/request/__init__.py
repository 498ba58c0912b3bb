"""The way of a request, in order: route, security, limits, parameters, conformance, response."""
