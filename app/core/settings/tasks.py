"""Settings of background tasks and event streams."""

from typing import Annotated

from pydantic import BaseModel, Field, IPvAnyNetwork, PositiveFloat, PositiveInt

from app.core.settings.values import JsonArray, Port, WebhookSecret


class TaskSettings(BaseModel):
    """Settings of background tasks and event streams."""

    task_workers: PositiveInt = Field(1, description="Processes in which `make worker` runs tasks.")
    task_metrics_port: Port | None = Field(
        None, description="Port of /metrics of a worker; each additional process uses the next one."
    )
    task_slots: PositiveInt = Field(10, description="Tasks that one process runs at the same time.")
    task_lease_seconds: PositiveInt = Field(
        30,
        description="Lease of a task: time without a heartbeat after which another worker runs it.",
    )
    task_retry_seconds: PositiveFloat = Field(
        2, description="Delay before the first retry of a task; doubled by each failure."
    )
    task_shutdown_seconds: PositiveFloat = Field(
        5, description="Time in which running tasks may finish when their process is stopped."
    )
    task_keep_seconds: PositiveInt = Field(
        604_800, description="Time after which finished tasks are deleted."
    )
    # part exports
    export_keep_seconds: PositiveInt = Field(
        604_800, description="Time after which an export and its file are deleted."
    )
    export_chunk_rows: PositiveInt = Field(
        2_000, description="Rows of an export that are read and written in one transaction."
    )
    # end part
    # part files
    scan_webhook_secret: WebhookSecret | None = Field(
        None, description="Secret of the virus scanner that sends webhooks, whsec_...; empty: none."
    )
    # end part
    # part webhooks
    webhook_attempts: PositiveInt = Field(
        30, description="Attempts to deliver an event; with the other defaults they take a day."
    )
    webhook_retry_seconds: PositiveFloat = Field(
        5, description="Delay before the second attempt; doubled by each failure, up to an hour."
    )
    webhook_timeout_seconds: PositiveFloat = Field(
        15, description="Time limit of an attempt to deliver an event."
    )
    webhook_disable_seconds: PositiveInt = Field(
        432_000, description="Time of failures only after which a webhook is disabled."
    )
    webhook_keep_seconds: PositiveInt = Field(
        2_592_000, description="Time after which a delivery is deleted from the log."
    )
    webhook_networks: Annotated[list[IPvAnyNetwork], JsonArray] = Field(
        [],
        description="Private networks that webhooks may reach, as a JSON array; others are public.",
    )
    # end part
    event_stream_seconds: PositiveInt = Field(
        300, description="Lifetime of an event stream; clients reconnect."
    )
