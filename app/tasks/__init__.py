"""Background tasks: handlers, schedules, and the engine that runs them."""
