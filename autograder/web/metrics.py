"""Counts for Prometheus, on a port of their own that this machine alone can ask.

``prometheus-client`` is an extra.  What lies in the store is asked for when somebody looks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Histogram, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from autograder.errors import AutograderError, UsageError

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_HOST = "127.0.0.1"

Gauges = Callable[[], Mapping[str, float]]
"""What there is right now, by name: ``waiting_first``, ``graders``."""


class Metrics:
    """Counts requests, and asks for the rest."""

    def __init__(self, gauges: Gauges) -> None:
        self.registry = CollectorRegistry()
        self._requests = Histogram(
            "autograder_request_seconds",
            "Seconds until an answer began.",
            ("method", "route", "status"),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.registry.register(_Now(gauges))

    def seen(self, method: str, route: str, status: int, seconds: float) -> None:
        known = method if method in ("GET", "POST") else "other"
        self._requests.labels(known, route, f"{status // 100}xx").observe(seconds)

    def serve(self, port: int) -> Callable[[], None]:
        """Answer at this port of this machine; returns what ends it.  Raises UsageError."""
        try:
            server, thread = start_http_server(port, _HOST, self.registry)
        except OSError as error:
            raise UsageError(f"Port {port} is not to be had for metrics ({error}).") from None

        def end() -> None:
            server.shutdown()
            server.server_close()
            thread.join()

        return end


class _Now(Collector):
    def __init__(self, gauges: Gauges) -> None:
        self._gauges = gauges

    def collect(self) -> Iterable[Metric]:
        try:
            found = self._gauges()
        except AutograderError:  # the store does not answer: that is worth knowing, too
            found = {"store_up": 0.0}
        for name, value in found.items():
            yield GaugeMetricFamily(f"autograder_{name}", f"{name}, right now.", value=value)
