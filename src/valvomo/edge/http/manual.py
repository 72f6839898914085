"""The interface as a page to read: made of the same description that programs get, without a script."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

Document = dict[str, Any]

STYLE = """\
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
nav ul { columns: 3 14rem; padding: 0; list-style: none; }
section { margin-top: 2.5rem; }
details { border: 1px solid #8886; border-radius: .5rem; margin: .5rem 0; padding: .5rem .75rem; }
summary { cursor: pointer; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0; }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid #8884; }
code { font: .9em ui-monospace, monospace; overflow-wrap: anywhere; }
.method { display: inline-block; min-width: 4.2rem; font-weight: 600; }
h4 { margin: .75rem 0 0; }
"""


def manual(found: Document) -> str:
    """The page."""
    tags = [tag["name"] for tag in found["tags"]]
    links = "".join(f'<li><a href="#{escape(tag)}">{escape(tag)}</a></li>' for tag in [*tags, "schemas"])
    body = "".join(_section(found, tag) for tag in found["tags"])
    title = f"{escape(found['info']['title'])} {escape(found['info']['version'])}"
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}: interface</title>'
        '<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/api/docs.css"></head>'
        f"<body><h1>{title}</h1><p>{_code(found['info']['description'])}</p>"
        f'<p>For programs: <a href="/api/openapi.json">openapi.json</a></p><nav><ul>{links}</ul></nav>'
        f"{body}{_schemas(found)}</body></html>"
    )


def _section(found: Document, tag: Document) -> str:
    name = escape(tag["name"])
    operations = "".join(
        _operation(path, method, operation)
        for path, item in found["paths"].items()
        for method, operation in item.items()
        if isinstance(operation, dict) and tag["name"] in operation.get("tags", ())
    )
    return f'<section id="{name}"><h2>{name}</h2><p>{_code(tag["description"])}</p>{operations}</section>'


def _operation(path: str, method: str, operation: Document) -> str:
    who = ", ".join(name for one in operation["security"] for name in one) or "nobody needs to sign in"
    return (
        f'<details id="{escape(operation["operationId"])}"><summary><span class="method">{method.upper()}</span>'
        f"<code>{escape(path)}</code> {escape(operation.get('summary', ''))}</summary>"
        f"<p>{_code(operation.get('description', ''))}</p><p>Signed in by: {escape(who)}.</p>"
        f"{_parameters(operation)}{_body(operation)}{_responses(operation)}</details>"
    )


def _parameters(operation: Document) -> str:
    rows = [
        (one["name"], one["in"], _type(one.get("schema", {})), one.get("description", ""))
        for one in operation.get("parameters", ())
    ]
    return _table("Parameters", rows)


def _body(operation: Document) -> str:
    content = operation.get("requestBody", {}).get("content", {})
    return "".join(f"<h4>Body</h4><p>{_type(one.get('schema', {}))}</p>" for one in content.values())


def _responses(operation: Document) -> str:
    rows = []
    for status, response in operation["responses"].items():
        content = response.get("content", {})
        what = " ".join(_type(one.get("schema", {})) for one in content.values())
        problem = _type({"$ref": "#/components/schemas/Problem"}) if "$ref" in response else ""
        rows.append((status, what or problem, response.get("description", "")))
    return _table("Answers", rows)


def _schemas(found: Document) -> str:
    parts = []
    for name, schema in sorted(found["components"]["schemas"].items()):
        needed = set(schema.get("required", ()))
        rows = [
            (field, "needed" if field in needed else "", _type(one), one.get("description", ""))
            for field, one in schema.get("properties", {}).items()
        ]
        values = ", ".join(str(one) for one in schema.get("enum", ()))
        parts.append(
            f'<details id="schema-{escape(name)}"><summary><code>{escape(name)}</code></summary>'
            f"<p>{_code(schema.get('description', ''))}</p><p>{escape(values)}</p>{_table('', rows)}</details>"
        )
    return f'<section id="schemas"><h2>schemas</h2>{"".join(parts)}</section>'


def _table(title: str, rows: Sequence[tuple[str, ...]]) -> str:
    if not rows:
        return ""
    head = f"<h4>{title}</h4>" if title else ""
    return f"{head}<table>{''.join(_row(row) for row in rows)}</table>"


def _row(row: tuple[str, ...]) -> str:
    cells = "".join(f"<td>{one if '<a ' in one else _code(one)}</td>" for one in row[1:])
    return f"<tr><th><code>{escape(row[0])}</code></th>{cells}</tr>"


def _type(schema: Document) -> str:
    return " or ".join(dict.fromkeys(_types(schema)))


def _types(schema: Document) -> Iterator[str]:
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        yield f'<a href="#schema-{name}">{name}</a>'
        return
    for one in [*schema.get("oneOf", ()), *schema.get("anyOf", ()), *schema.get("allOf", ())]:
        yield from _types(one)
    if "items" in schema:
        yield f"list of {_type(schema['items'])}"
    elif "type" in schema:
        kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        yield from (escape(str(kind)) for kind in kinds)


def _code(words: str) -> str:
    """Escaped, with what stands in backticks as code."""
    parts = escape(" ".join(words.split())).split("`")
    return "".join(f"<code>{part}</code>" if index % 2 else part for index, part in enumerate(parts))
