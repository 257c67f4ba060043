"""What a monitoring system reads: counts and times of this process, in Prometheus' text format.

Routes are told by their pattern and nobody by their id. The format is that of
https://prometheus.io/docs/instrumenting/exposition_formats/ (text, version 0.0.4).
"""

import threading
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_ROUTES_MAX = 1000


@dataclass(slots=True)
class _Times:
    buckets: list[int] = field(default_factory=lambda: [0] * len(BUCKETS_S))
    count: int = 0
    total_s: float = 0.0


class Metrics:
    """Counts of one process; safe to use from several threads."""

    def __init__(self, started_at: datetime) -> None:
        self._started_at = started_at
        self._lock = threading.Lock()
        self._requests: dict[tuple[str, str, int], int] = defaultdict(int)
        self._times: dict[tuple[str, str], _Times] = defaultdict(_Times)
        self._running = 0

    def begin(self) -> None:
        """A request has come in."""
        with self._lock:
            self._running += 1

    def end(self, method: str, route: str, status: int, seconds: float) -> None:
        """It was answered."""
        with self._lock:
            self._running -= 1
            if len(self._requests) >= _ROUTES_MAX and (method, route, status) not in self._requests:
                return
            self._requests[method, route, status] += 1
            times = self._times[method, route]
            times.count += 1
            times.total_s += seconds
            for place, bound in enumerate(BUCKETS_S):
                times.buckets[place] += seconds <= bound

    def text(self, gauges: dict[str, tuple[str, int]]) -> str:
        """All of it; `gauges` are numbers that somebody else knows, with what they mean."""
        with self._lock:
            lines = [
                *_head("loyalty_requests_total", "counter", "Requests that were answered."),
                *(
                    _line("loyalty_requests_total", count, method=how, route=route, status=status)
                    for (how, route, status), count in sorted(self._requests.items())
                ),
                *_head("loyalty_request_seconds", "histogram", "How long answers took."),
                *(
                    line
                    for (method, route), times in sorted(self._times.items())
                    for line in _histogram(times, method, route)
                ),
                *_head("loyalty_requests_running", "gauge", "Requests being worked on."),
                _line("loyalty_requests_running", self._running),
                *_head("loyalty_start_time_seconds", "gauge", "When this process began."),
                _line("loyalty_start_time_seconds", round(self._started_at.timestamp())),
            ]
        for name, (meaning, value) in gauges.items():
            lines += [*_head(name, "gauge", meaning), _line(name, value)]
        return "\n".join(lines) + "\n"


def _histogram(times: _Times, method: str, route: str) -> list[str]:
    name = "loyalty_request_seconds"
    found = [
        _line(f"{name}_bucket", count, method=method, route=route, le=bound)
        for bound, count in zip(BUCKETS_S, times.buckets, strict=True)
    ]
    return [
        *found,
        _line(f"{name}_bucket", times.count, method=method, route=route, le="+Inf"),
        _line(f"{name}_sum", f"{times.total_s:.6f}", method=method, route=route),
        _line(f"{name}_count", times.count, method=method, route=route),
    ]


def _head(name: str, kind: str, meaning: str) -> tuple[str, str]:
    return f"# HELP {name} {meaning}", f"# TYPE {name} {kind}"


def _line(name: str, value: object, **labels: object) -> str:
    said = ",".join(f'{label}="{_quoted(text)}"' for label, text in labels.items())
    return f"{name}{{{said}}} {value}" if said else f"{name} {value}"


def _quoted(text: object) -> str:
    return str(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
