"""Pushes as jobs do that end: argv is the collector's address. Says what it did at each step."""

import sys
import prometheus_client as p

gateway = sys.argv[1]
group = {"instance": "night", "dir": "/var/tmp"}


def registry(**gauges):
    registry = p.CollectorRegistry()
    for name, value in gauges.items():
        p.Gauge(name, f"What {name} is.", ["kind"], registry=registry).labels("full").set(value)
    return registry


step = sys.stdin.readline().strip()
while step:
    if step == "put":
        all_kinds = registry(backup_files=3, backup_bytes=1e9)
        p.Counter("backup_runs", "Runs.", registry=all_kinds).inc(2)
        p.Histogram("backup_seconds", "How long.", buckets=(1, 10), registry=all_kinds).observe(5)
        p.push_to_gateway(gateway, job="backup", registry=all_kinds, grouping_key=group)
    elif step == "add":
        p.pushadd_to_gateway(gateway, job="backup", registry=registry(backup_files=4), grouping_key=group)
    elif step == "other":
        p.push_to_gateway(gateway, job="other", registry=registry(backup_files=9))
    elif step == "delete":
        p.delete_from_gateway(gateway, job="backup", grouping_key=group)
    print("done", step, flush=True)
    step = sys.stdin.readline().strip()
