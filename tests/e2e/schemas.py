"""As much of JSON Schema as those in dist/ make use of; anything else in them is an error."""
import datetime
import json

import host

SCHEMA = json.loads((host.DIST / "ssoctl.schema.json").read_text())
STATE = json.loads((host.DIST / "ssoorg-state.schema.json").read_text())
DEFINED = STATE["$defs"] | SCHEMA["$defs"]
TYPES = {"string": str, "integer": int, "boolean": bool, "null": type(None), "object": dict, "array": list}
KNOWN = {"type", "required", "additionalProperties", "properties", "items", "const", "format", "$ref", "description", "enum"}


def commands():
    """The commands that the schema has results of."""
    return {name.removeprefix("ssoctl ") for name in SCHEMA["$defs"] if name.startswith("ssoctl ")}


def problems(command, value):
    """Why VALUE is no result of COMMAND; none if it is one."""
    return list(_problems(value, SCHEMA["$defs"]["ssoctl " + command], command))


def problems_of_state(value):
    """Why VALUE is no document as `ssoctl dump` prints it."""
    root = {key: STATE[key] for key in ("type", "required", "additionalProperties", "properties")}
    return list(_problems(value, root, "state"))


def _problems(value, schema, where):
    if set(schema) - KNOWN:
        raise ValueError(f"{where}: this reads no {set(schema) - KNOWN}")
    if "$ref" in schema:
        schema = DEFINED[schema["$ref"].removeprefix("#/$defs/")]
    types = schema.get("type", [])
    types = [types] if isinstance(types, str) else types
    # A truth value is an int in Python.
    if types and not any(type(value) is TYPES[name] for name in types):
        yield f"{where}: {value!r} is not {types}"
        return
    if "const" in schema and value != schema["const"]:
        yield f"{where}: {value!r} is not {schema['const']!r}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{where}: {value!r} is not one of {schema['enum']}"
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
    known = schema.get("properties", {})
    others = schema.get("additionalProperties", True)
    for key in schema.get("required", ()):
        if key not in value:
            yield f"{where}: {key} is missing"
    for key, inner in value.items():
        if key in known:
            yield from _problems(inner, known[key], f"{where}.{key}")
        elif others is False:
            yield f"{where}: {key} is not in the schema"
        elif others is not True:
            yield from _problems(inner, others, f"{where}.{key}")
