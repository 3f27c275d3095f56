"""Exports every kind of instrument with OpenTelemetry's own SDK, in three rounds: `HOST:PORT cumulative|delta`.

What is recorded stands in `tests/it/opentelemetry.rs` once more, where it is read back.
"""

import os
import sys

from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.metrics import Observation
from opentelemetry.sdk.metrics import (
    Counter,
    Histogram,
    MeterProvider,
    ObservableCounter,
    ObservableGauge,
    ObservableUpDownCounter,
    UpDownCounter,
)
from opentelemetry.sdk.metrics.export import AggregationTemporality, PeriodicExportingMetricReader
from opentelemetry.sdk.metrics.view import ExponentialBucketHistogramAggregation, View
from opentelemetry.sdk.resources import Resource

where, temporality = sys.argv[1:]
kinds = [Counter, UpDownCounter, Histogram, ObservableCounter, ObservableUpDownCounter, ObservableGauge]

if temporality == "delta":
    exporter = OTLPMetricExporter(
        endpoint=f"http://{where}/api/v1/otlp/v1/metrics",
        compression=Compression.Gzip,
        preferred_temporality={kind: AggregationTemporality.DELTA for kind in kinds},
    )
else:
    # As it is usually told: by the environment, without the path of metrics.
    os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = f"http://{where}"
    exporter = OTLPMetricExporter()

# Only asked for by us.
reader = PeriodicExportingMetricReader(exporter, export_interval_millis=float("inf"))
provider = MeterProvider(
    resource=Resource.create(
        {
            "service.namespace": "shop",
            "service.name": temporality,
            "service.instance.id": "till-1",
            "host.name": "kasse",
            "replicas": 7,
            "is.leased": True,
            "zones": ["a", "b"],
        }
    ),
    metric_readers=[reader],
    views=[View(instrument_name="parcel.size", aggregation=ExponentialBucketHistogramAggregation())],
)
meter = provider.get_meter("shop.till", "2.1", attributes={"scope.kind": "test"})

round_number = 0
requests = meter.create_counter("http.requests", unit="{request}", description="Requests that were served")
sent = meter.create_counter("sent", unit="By")
queue = meter.create_up_down_counter("queue.length", unit="{customer}")
temperature = meter.create_gauge("temperature", unit="Cel")
latency = meter.create_histogram("latency", unit="s", explicit_bucket_boundaries_advisory=[0.1, 0.5, 1, 2.5])
size = meter.create_histogram("parcel.size", unit="By")
meter.create_observable_counter("cpu.time", [lambda _: [Observation(1.5 * round_number, {"cpu": "0"})]], unit="s")
meter.create_observable_gauge("load", [lambda _: [Observation(0.25 * round_number)]], unit="1")
meter.create_observable_up_down_counter("open.files", [lambda _: [Observation(10 - round_number)]])

LATENCIES = [[0.05, 0.1, 0.3], [0.7, 3.0, 2.5], [0.5]]
SIZES = [[3.0], [0.0, 1.0, 2.0, 4.0, 1000.0], [5.5, 0.001]]

for round_number in (1, 2, 3):
    requests.add(round_number, {"http.method": "GET", "code": 200})
    if round_number == 1:
        requests.add(5, {"http.method": "PUT", "code": 500})
    sent.add(0.1)
    queue.add(4 if round_number < 3 else -7)
    temperature.set(20.5 + round_number, {"room": "hall"})
    for value in LATENCIES[round_number - 1]:
        latency.record(value, {"route": "/pay"})
    for value in SIZES[round_number - 1]:
        size.record(value)
    assert provider.force_flush(), "the export failed"

provider.shutdown()
