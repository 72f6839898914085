"""Traces by OpenTelemetry, to where the operator says; the packages are an extra, and not looked for otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from valvomo import __version__
from valvomo.settings import BadSettingsError, Settings
from valvomo.telemetry import spans
from valvomo.telemetry.spans import Value

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor


@contextmanager
def traced(settings: Settings) -> Iterator[None]:
    """Send traces meanwhile, if the settings say where to."""
    if not settings.otlp_url:
        yield
        return
    if find_spec("opentelemetry.sdk") is None or find_spec("opentelemetry.exporter.otlp") is None:
        raise BadSettingsError("VALVOMO_OTLP_URL: traces need the packages of the extra: valvomo[otel]")
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - an extra
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - an extra

    exporter = OTLPSpanExporter(endpoint=f"{settings.otlp_url.rstrip('/')}/v1/traces")
    with recorded(BatchSpanProcessor(exporter), settings.otlp_share):
        yield


@contextmanager
def recorded(processor: SpanProcessor, share: float = 1.0) -> Iterator[None]:
    """Have spans recorded meanwhile; of traces that begin here the given share."""
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - an extra
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - an extra
    from opentelemetry.sdk.trace.sampling import ParentBasedTraceIdRatio  # noqa: PLC0415 - an extra

    resource = Resource.create({"service.name": "valvomo", "service.version": __version__})
    provider = TracerProvider(
        resource=resource, sampler=ParentBasedTraceIdRatio(share), shutdown_on_exit=False
    )
    provider.add_span_processor(processor)
    spans.use(_OpenTelemetry(provider.get_tracer("valvomo", __version__)))
    try:
        yield
    finally:
        spans.use(None)
        provider.shutdown()


class _Span:
    def __init__(self, span: Any) -> None:
        self._span = span

    def tell(self, **attributes: Value) -> None:
        """Something more about it."""
        self._span.set_attributes(_named(attributes))

    def call(self, name: str) -> None:
        """Its name."""
        self._span.update_name(name)


class _OpenTelemetry:
    """Spans as OpenTelemetry has them; the present one goes along with the task."""

    def __init__(self, tracer: Any) -> None:
        from opentelemetry import trace  # noqa: PLC0415 - an extra
        from opentelemetry.trace.propagation.tracecontext import (  # noqa: PLC0415 - an extra
            TraceContextTextMapPropagator,
        )

        self._trace = trace
        self._tracer = tracer
        self._way = TraceContextTextMapPropagator()

    @contextmanager
    def span(
        self, name: str, causes: Sequence[str], kind: str, attributes: dict[str, Value]
    ) -> Iterator[_Span]:
        """A span; of an exception only its kind is told, because its message may hold what people wrote."""
        contexts = [self._way.extract({"traceparent": one}) for one in causes]
        links = [
            self._trace.Link(self._trace.get_current_span(one).get_span_context()) for one in contexts[1:]
        ]
        with self._tracer.start_as_current_span(
            name,
            context=contexts[0] if contexts else None,
            kind=self._trace.SpanKind[kind.upper()],
            attributes=_named(attributes),
            links=links,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield _Span(span)
            except Exception as error:
                span.set_attribute("error.type", type(error).__name__)
                span.set_status(self._trace.StatusCode.ERROR)
                raise

    def here(self) -> str | None:
        """The present span as a `traceparent`."""
        carrier: dict[str, str] = {}
        self._way.inject(carrier)
        return carrier.get("traceparent")


def _named(attributes: dict[str, Value]) -> dict[str, Value]:
    """OpenTelemetry parts its words by dots, Python's by underscores; two of them stand for a dot."""
    return {name.replace("__", "."): value for name, value in attributes.items()}
