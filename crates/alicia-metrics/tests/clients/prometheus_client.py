"""Asks as the Python clients of Prometheus do: a form by POST, an answer that may be packed."""

import gzip
import json
import sys
import urllib.parse
import urllib.request


def ask(path, form=None):
    body = urllib.parse.urlencode(form).encode() if form else None
    request = urllib.request.Request(f"http://{sys.argv[1]}/api/v1/{path}", body, {"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request, timeout=60) as response:
        assert response.headers["Content-Type"] == "application/json"
        raw = response.read()
        if response.headers["Content-Encoding"] == "gzip":
            raw = gzip.decompress(raw)
    answer = json.loads(raw)
    assert answer["status"] == "success", answer
    return answer["data"]


end = int(sys.argv[2])
found = ask("query_range", {"query": "cpu_percent", "start": end - 3600, "end": end, "step": "10s"})
assert found["resultType"] == "matrix"
values = sum(len(one["values"]) for one in found["result"])
names = [name for name in ask("label/__name__/values") if "c" in name and not name.startswith("alicia")]
known = [name for name in names if name in ("cpu_percent", "memory_percent", "uptime_seconds")]
print(f"{len(found['result'])} series, {values} values, {len(known)} metrics with c")
