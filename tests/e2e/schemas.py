"""As much of JSON Schema as dist/ssoctl.schema.json makes use of; anything else in it is an error."""
import datetime
import json

import host

SCHEMA = json.loads((host.DIST / "ssoctl.schema.json").read_text())
TYPES = {"string": str, "integer": int, "boolean": bool, "null": type(None), "object": dict, "array": list}
KNOWN = {"type", "required", "additionalProperties", "properties", "items", "const", "format", "$ref", "description"}


def commands():
    """The commands that the schema has results of."""
    return {name.removeprefix("ssoctl ") for name in SCHEMA["$defs"] if name.startswith("ssoctl ")}


def problems(command, value):
    """Why VALUE is no result of COMMAND; none if it is one."""
    return list(_problems(value, SCHEMA["$defs"]["ssoctl " + command], command))


def _problems(value, schema, where):
    if set(schema) - KNOWN:
        raise ValueError(f"{where}: this reads no {set(schema) - KNOWN}")
    if "$ref" in schema:
        schema = SCHEMA["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    types = schema.get("type", [])
    types = [types] if isinstance(types, str) else types
    # A truth value is an int in Python.
    if types and not any(type(value) is TYPES[name] for name in types):
        yield f"{where}: {value!r} is not {types}"
        return
    if "const" in schema and value != schema["const"]:
        yield f"{where}: {value!r} is not {schema['const']!r}"
    if schema.get("format") == "date-time" and value is not None:
        try:
            datetime.datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ")
        except ValueError:
            yield f"{where}: {value!r} is not a date"
    if isinstance(value, dict):
        yield from _problems_of_object(value, schema, where)
    for n, item in enumerate(value if isinstance(value, list) else ()):
        yield from _problems(item, schema["items"], f"{where}[{n}]")


def _problems_of_object(value, schema, where):
    known = schema["properties"]
    for key in schema.get("required", ()):
        if key not in value:
            yield f"{where}: {key} is missing"
    for key, inner in value.items():
        if key in known:
            yield from _problems(inner, known[key], f"{where}.{key}")
        elif schema.get("additionalProperties", True) is False:
            yield f"{where}: {key} is not in the schema"
