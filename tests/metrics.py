"""Metrics, as Prometheus would read them."""

from prometheus_client.metrics import MetricWrapperBase


def value_of(metric: MetricWrapperBase) -> float:
    """Return the value of a gauge or counter without labels, or with its labels given."""
    [family] = metric.collect()
    return family.samples[0].value
