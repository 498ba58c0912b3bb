"""Background tasks, and what they make."""

from pydantic import BaseModel, Field, PositiveFloat, PositiveInt

from app.core.settings.values import Port


class TaskSettings(BaseModel):
    """Background tasks, and what they make."""

    task_workers: PositiveInt = Field(1, description="Processes that `make worker` runs tasks in.")
    task_metrics_port: Port | None = Field(
        None, description="Port of /metrics of a worker; each further process takes the next one."
    )
    task_slots: PositiveInt = Field(10, description="Tasks that one process runs at once.")
    task_lease_seconds: PositiveInt = Field(
        30, description="Time without a sign of life after which another process takes a task over."
    )
    task_retry_seconds: PositiveFloat = Field(
        2, description="Pause before a failed task is tried again; doubled by each failure."
    )
    task_shutdown_seconds: PositiveFloat = Field(
        5, description="Time that running tasks get to end when their process is stopped."
    )
    task_keep_seconds: PositiveInt = Field(
        604_800, description="Time after which finished tasks are deleted."
    )
    export_keep_seconds: PositiveInt = Field(
        604_800, description="Time after which an export and its file are deleted."
    )
    export_chunk_rows: PositiveInt = Field(
        2_000, description="Rows of an export that are read and written in one transaction."
    )
    event_stream_seconds: PositiveInt = Field(
        300, description="Longest life of an event stream; clients connect again."
    )
