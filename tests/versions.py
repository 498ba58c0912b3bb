"""The versions of the API that tests call.

Tests call the oldest one unless they say otherwise: its clients are there, so its answers stay. A
newer version has tests of what differs in it.
"""

from app.api.versions import VERSIONS

OLDEST, NEWEST = VERSIONS[0], VERSIONS[-1]
PREFIX, OPERATIONS = OLDEST.prefix, OLDEST.operations
