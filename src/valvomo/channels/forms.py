"""Forms: what an administrator fills in for an account, made from the provider's own types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from msgspec import inspect

from valvomo.channels.phones import COUNTRIES
from valvomo.protocol.channels import FieldDocument

_FORMATS = {"uri": "url", "lines": "lines", "countries": "countries"}
NUMBERS = (inspect.IntType, inspect.FloatType)


def fields_of(kind: type[msgspec.Struct]) -> list[FieldDocument]:
    """The fields of a type, in its order."""
    found = inspect.type_info(kind)
    if not isinstance(found, inspect.StructType):
        raise TypeError(f"{kind.__name__} is no struct")
    return [_field(one) for one in found.fields]


def filled_in(kind: type[msgspec.Struct], given: Mapping[str, Any]) -> msgspec.Struct:
    """What was filled in, as the type. Raises `msgspec.ValidationError`, which says where."""
    return msgspec.convert(dict(given), kind)


def _field(field: inspect.Field) -> FieldDocument:
    metadata, plain = _unwrapped(field.type)
    kinds = [one for one in _union(plain) if not isinstance(one, inspect.NoneType)]
    metadata = {**metadata, **_unwrapped(kinds[0])[0]}
    one = _unwrapped(kinds[0])[1]
    default = None if field.default is msgspec.NODEFAULT else field.default
    bounds = _bounds(one)
    kind = _FORMATS.get(str(metadata.get("format", ""))) or _kind(one)
    return FieldDocument(
        name=field.encode_name,
        kind=kind,
        required=field.required,
        nullable=len(kinds) < len(list(_union(plain))),
        default=default,
        least=bounds[0],
        most=bounds[1],
        pattern=one.pattern if isinstance(one, inspect.StrType) else None,
        choices=sorted(COUNTRIES) if kind == "countries" else _choices(one),
    )


def _choices(kind: inspect.Type) -> list[str]:
    return [str(each) for each in kind.values] if isinstance(kind, inspect.LiteralType) else []


def _unwrapped(kind: inspect.Type) -> tuple[dict[str, Any], inspect.Type]:
    if isinstance(kind, inspect.Metadata):
        return dict(kind.extra_json_schema or {}), kind.type
    return {}, kind


def _union(kind: inspect.Type) -> Iterator[inspect.Type]:
    yield from kind.types if isinstance(kind, inspect.UnionType) else (kind,)


def _kind(kind: inspect.Type) -> str:
    if isinstance(kind, inspect.LiteralType):
        return "choice"
    if isinstance(kind, inspect.BoolType):
        return "boolean"
    return "number" if isinstance(kind, NUMBERS) else "text"


def _bounds(kind: inspect.Type) -> tuple[float | None, float | None]:
    if isinstance(kind, inspect.StrType):
        return kind.min_length, kind.max_length
    if isinstance(kind, inspect.IntType | inspect.FloatType):
        return kind.ge if kind.ge is not None else kind.gt, kind.le if kind.le is not None else kind.lt
    return None, None
