"""Shows a page with every kind of metric, in the format that is asked for: argv is the port on 127.0.0.1."""

import sys
import threading
import prometheus_client as p

registry = p.CollectorRegistry()
p.Counter("own_runs", "Runs.", ["kind"], registry=registry).labels("a \\ b\nc").inc(3, {"trace": "x"})
seconds = p.Histogram("own_seconds", "How long.", buckets=(1,), registry=registry)
seconds.observe(0.5, {"trace": "y"})
seconds.observe(5)
p.Summary("own_summary", "In short.", registry=registry).observe(2)
p.Info("own_build", "Which.", registry=registry).info({"version": "1.2"})
p.Enum("own_state", "How.", states=["idle", "busy"], registry=registry).state("busy")
p.start_http_server(int(sys.argv[1]), addr="127.0.0.1", registry=registry)
threading.Event().wait()
