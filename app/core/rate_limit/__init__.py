"""Rate limits that are exact in every window, on Redis for all processes or in memory for one.

A limiter keeps the moments of the accepted requests of each key, so at most `requests` of them lie
in any window, wherever it starts. (A counter per window lets twice as many through at its edge.)
"""

from app.core.rate_limit.memory import MemoryLimiter
from app.core.rate_limit.policies import Decision, Limiter, Policy, Quota
from app.core.rate_limit.shared import FallbackLimiter, RedisLimiter

__all__ = [
    "Decision",
    "FallbackLimiter",
    "Limiter",
    "MemoryLimiter",
    "Policy",
    "Quota",
    "RedisLimiter",
]
