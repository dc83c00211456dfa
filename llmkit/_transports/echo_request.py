"""What a request asks of `echo`: the body, checked as strictly as OpenAI does.

Source: https://platform.openai.com/docs/api-reference/chat/create
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, TypeGuard

from attrs import frozen

from .._json import dumps, loads

ROLES: Final = ("developer", "system", "user", "assistant", "tool", "function")
_FORMATS: Final = ("text", "json_object", "json_schema")
_CHOICES: Final = ("auto", "none", "required")


class BadRequest(Exception):  # noqa: N818  # it becomes an answer, and is nobody's error
    """The request is answered with a 400.

    Attributes:
        param: the field of the body, or None.
    """

    def __init__(self, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.param = param


@frozen
class Asked:
    """A request, understood.

    Args:
        model: the name that it asked for.
        text: the text of the user's last message.
        media: how many parts of it are no text.
        results: the tools' results that end the conversation, each with the tool's name.
        tools: each tool's name and schema.
        tool_choice: "auto", "none", "required", or the name of a tool after a "=".
        parallel: whether several calls may be asked for at once.
        format: "text", "json_object" or "json_schema".
        schema: the schema, of the last.
        n: how many answers.
        limit: the longest answer in tokens, or None.
        stop: texts that end it.
        top_logprobs: how many alternatives to each token; None for no logprobs.
        thinks: whether it shall think first.
        stream: whether to stream.
        stream_usage: whether the stream ends with the usage.
        prompt: all that was sent, to count its tokens.
    """

    model: str
    text: str
    media: int
    results: tuple[tuple[str, str], ...]
    tools: Mapping[str, object]
    tool_choice: str
    parallel: bool
    format: str
    schema: object
    n: int
    limit: int | None
    stop: tuple[str, ...]
    top_logprobs: int | None
    thinks: bool
    stream: bool
    stream_usage: bool
    prompt: tuple[str, ...]


def read(data: bytes) -> Asked:
    """What the body *data* asks.

    Raises:
        BadRequest: it is malformed.
    """
    body, model = _body(data)
    messages = _messages(body)
    tools = _tools(body)
    kind, schema = _format(body)
    user = next((item for item in reversed(messages) if item["role"] == "user"), {})
    options = body.get("stream_options")
    stream = body.get("stream") is True
    if options is not None and not stream:
        raise BadRequest("stream_options goes with stream only.", "stream_options")
    return Asked(
        model=model,
        text=_text(user.get("content")),
        media=_media(user.get("content")),
        results=_results(messages),
        tools=tools,
        tool_choice=_choice(body, tools),
        parallel=body.get("parallel_tool_calls") is not False,
        format=kind,
        schema=schema,
        n=_integer(body, "n", 1, 128) or 1,
        limit=_integer(body, "max_completion_tokens", 1) or _integer(body, "max_tokens", 1),
        stop=_stop(body.get("stop")),
        top_logprobs=_logprobs(body),
        thinks=body.get("reasoning_effort") not in (None, "none"),
        stream=stream,
        stream_usage=isinstance(options, Mapping) and options.get("include_usage") is True,
        prompt=(
            *(_text(item.get("content")) for item in messages),
            *(dumps(tool).decode() for tool in tools.values()),
        ),
    )


def _body(data: bytes) -> tuple[Mapping[str, object], str]:
    """The body and the model that it names."""
    try:
        body = loads(data)
    except ValueError:
        raise BadRequest("We could not parse the JSON body of your request.") from None
    if not isinstance(body, Mapping):
        raise BadRequest("The body of your request is not a JSON object.")
    model = body.get("model")
    if not isinstance(model, str) or not model:
        raise BadRequest("You must provide a model parameter.", "model")
    return body, model


def _messages(body: Mapping[str, object]) -> Sequence[Mapping[str, object]]:
    messages = body.get("messages")
    if not _is_list(messages) or not messages:
        raise BadRequest("messages must be a list with at least one message.", "messages")
    checked = []
    for index, message in enumerate(messages):
        where = f"messages[{index}]"
        if not isinstance(message, Mapping):
            raise BadRequest("A message must be an object.", where)
        role, content = message.get("role"), message.get("content")
        if role not in ROLES:
            raise BadRequest(
                f"Invalid value: {role!r}. Supported values are: {', '.join(ROLES)}.",
                f"{where}.role",
            )
        if content is None and role != "assistant":
            raise BadRequest("This message must have content.", f"{where}.content")
        if content is not None and not isinstance(content, str) and not _is_list(content):
            raise BadRequest("Content must be text or a list of parts.", f"{where}.content")
        if role == "tool" and not isinstance(message.get("tool_call_id"), str):
            raise BadRequest("A tool's message must have a tool_call_id.", f"{where}.tool_call_id")
        checked.append(message)
    return checked


def _text(content: object) -> str:
    if isinstance(content, str):
        return content
    parts = [part for part in content if isinstance(part, Mapping)] if _is_list(content) else []
    return "".join(str(part["text"]) for part in parts if isinstance(part.get("text"), str))


def _media(content: object) -> int:
    if not _is_list(content):
        return 0
    return sum(isinstance(part, Mapping) and part.get("type") != "text" for part in content)


def _results(messages: Sequence[Mapping[str, object]]) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for message in reversed(messages):
        if message["role"] != "tool":
            break
        name = _called(messages, message["tool_call_id"])
        found.append((name, _text(message["content"])))
    return tuple(reversed(found))


def _called(messages: Sequence[Mapping[str, object]], call_id: object) -> str:
    """The name of the tool whose call has that id."""
    for message in reversed(messages):
        calls = message.get("tool_calls")
        for call in calls if _is_list(calls) else ():
            if isinstance(call, Mapping) and call.get("id") == call_id:
                return _name(call) or "tool"
    return "tool"


def _tools(body: Mapping[str, object]) -> Mapping[str, object]:
    tools = body.get("tools")
    if tools is None:
        return {}
    if not _is_list(tools) or not tools:
        raise BadRequest("tools must be a list with at least one tool.", "tools")
    found: dict[str, object] = {}
    for index, tool in enumerate(tools):
        name = _name(tool)
        if not name:
            raise BadRequest("A tool must have a function with a name.", f"tools[{index}]")
        function = tool.get("function") if isinstance(tool, Mapping) else None
        parameters = function.get("parameters") if isinstance(function, Mapping) else None
        found[name] = parameters or {"type": "object"}
    return found


def _name(tool: object) -> str | None:
    function = tool.get("function") if isinstance(tool, Mapping) else None
    name = function.get("name") if isinstance(function, Mapping) else None
    return name if isinstance(name, str) else None


def _choice(body: Mapping[str, object], tools: Mapping[str, object]) -> str:
    choice = body.get("tool_choice")
    if choice is None:
        return "auto"
    if not tools:
        raise BadRequest("tool_choice goes with tools only.", "tool_choice")
    if isinstance(choice, str) and choice in _CHOICES:
        return choice
    name = _name(choice)
    if name not in tools:
        raise BadRequest("tool_choice must be auto, none, required or a tool.", "tool_choice")
    return f"={name}"


def _format(body: Mapping[str, object]) -> tuple[str, object]:
    asked = body.get("response_format")
    if asked is None:
        return "text", None
    kind = asked.get("type") if isinstance(asked, Mapping) else None
    if not isinstance(asked, Mapping) or kind not in _FORMATS:
        known = ", ".join(_FORMATS)
        raise BadRequest(f"response_format must be one of: {known}.", "response_format.type")
    if kind != "json_schema":
        return kind, None
    inner = asked.get("json_schema")
    if not isinstance(inner, Mapping) or not isinstance(inner.get("name"), str):
        raise BadRequest("The schema must have a name.", "response_format.json_schema.name")
    return kind, inner.get("schema")


def _integer(
    body: Mapping[str, object], name: str, low: int, high: int | None = None
) -> int | None:
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool):
        raise BadRequest(f"{name} must be an integer.", name)
    if value < low or (high is not None and value > high):
        raise BadRequest(f"{name} is out of bounds.", name)
    return value


def _logprobs(body: Mapping[str, object]) -> int | None:
    top = _integer(body, "top_logprobs", 0, 20)
    if body.get("logprobs") is True:
        return top or 0
    if top is not None:
        raise BadRequest("top_logprobs goes with logprobs only.", "top_logprobs")
    return None


def _stop(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    items = [value] if isinstance(value, str) else value
    if not _is_list(items) or not all(isinstance(item, str) for item in items):
        raise BadRequest("stop must be text or a list of texts.", "stop")
    return tuple(str(item) for item in items if item)


def _is_list(value: object) -> TypeGuard[Sequence[object]]:
    return isinstance(value, list)
