"""The bodies that the vendors' documents call for: a greeting, and a request with all in it."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from llmkit import AssistantMessage, ImagePart, SystemMessage, TextPart, ToolMessage, UserMessage
from llmkit._models.tools import Tool, ToolCall

Json = Mapping[str, object]

PNG = b"\x89PNG\r\n\x1a\n"
DATA = base64.b64encode(PNG).decode()
PARAMETERS = {"type": "object", "properties": {"q": {"type": "string"}}, "required": ["q"]}
ANSWER = {
    "type": "object",
    "properties": {"found": {"type": "boolean"}},
    "required": ["found"],
    "additionalProperties": False,
}

TALK = (
    SystemMessage("Be brief."),
    UserMessage([TextPart("What is this?"), ImagePart(data=PNG, media_type="image/png")]),
    AssistantMessage(tool_calls=[ToolCall("call_1", "look_up", '{"q": "x"}')]),
    ToolMessage("42", tool_call_id="call_1"),
    UserMessage("And?"),
)
TOOL = Tool("look_up", "Looks it up.", PARAMETERS)
FORM = {"type": "json_schema", "json_schema": {"name": "answer", "schema": ANSWER}}

# --- Claude: https://platform.claude.com/docs/en/api/messages/create ---------------------------

SONNET = "claude-sonnet-4-5-20250929"
HELLO: Json = {"max_tokens": 10, "messages": [{"role": "user", "content": "Hello"}]}
CLAUDE_ASKED: Json = {
    "max_tokens": 100,
    "temperature": 0.5,
    "top_k": 5,
    "stop": ["END"],
    "user": "u1",
    "service_tier": "standard_only",
    "tool_choice": {"type": "function", "function": {"name": "look_up"}},
    "parallel_tool_calls": False,
    "response_format": FORM,
}
CLAUDE_FULL: Json = {
    "max_tokens": 100,
    "temperature": 0.5,
    "top_k": 5,
    "stop_sequences": ["END"],
    "metadata": {"user_id": "u1"},
    "service_tier": "standard_only",
    "output_config": {"format": {"type": "json_schema", "schema": ANSWER}},
    "system": "Be brief.",
    "tools": [{"name": "look_up", "description": "Looks it up.", "input_schema": PARAMETERS}],
    "tool_choice": {"type": "tool", "name": "look_up", "disable_parallel_tool_use": True},
    "messages": [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "What is this?"},
                {
                    "type": "image",
                    "source": {"type": "base64", "media_type": "image/png", "data": DATA},
                },
            ],
        },
        {
            "role": "assistant",
            "content": [
                {"type": "tool_use", "id": "call_1", "name": "look_up", "input": {"q": "x"}}
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "call_1", "content": "42"},
                {"type": "text", "text": "And?"},
            ],
        },
    ],
}


# --- Gemini: https://ai.google.dev/api/generate-content ----------------------------------------

GEMINI_SMALL: Json = {
    "contents": [{"role": "user", "parts": [{"text": "Hello"}]}],
    "generationConfig": {"maxOutputTokens": 10},
}
GEMINI_ASKED: Json = {
    "max_tokens": 100,
    "temperature": 0.5,
    "top_p": 0.9,
    "top_k": 5,
    "n": 2,
    "seed": 7,
    "frequency_penalty": 0.5,
    "presence_penalty": 0.25,
    "top_logprobs": 2,
    "logprobs": True,
    "stop": ["END"],
    "tool_choice": {"type": "function", "function": {"name": "look_up"}},
    "response_format": FORM,
    "reasoning_effort": "low",
}
GEMINI_FULL: Json = {
    "systemInstruction": {"parts": [{"text": "Be brief."}]},
    "contents": [
        {
            "role": "user",
            "parts": [
                {"text": "What is this?"},
                {"inlineData": {"mimeType": "image/png", "data": DATA}},
            ],
        },
        {
            "role": "model",
            "parts": [
                {
                    "functionCall": {"name": "look_up", "args": {"q": "x"}},
                    # What Gemini 3 takes for a call that it did not make:
                    # https://ai.google.dev/gemini-api/docs/thought-signatures
                    "thoughtSignature": base64.b64encode(
                        b"skip_thought_signature_validator"
                    ).decode(),
                }
            ],
        },
        {
            "role": "user",
            "parts": [
                {"functionResponse": {"name": "look_up", "response": {"output": "42"}}},
            ],
        },
        {"role": "user", "parts": [{"text": "And?"}]},
    ],
    "tools": [
        {
            "functionDeclarations": [
                {
                    "name": "look_up",
                    "description": "Looks it up.",
                    "parametersJsonSchema": PARAMETERS,
                }
            ]
        }
    ],
    "toolConfig": {
        "functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["look_up"]},
    },
    "generationConfig": {
        "maxOutputTokens": 100,
        "temperature": 0.5,
        "topP": 0.9,
        "topK": 5,
        "candidateCount": 2,
        "seed": 7,
        "frequencyPenalty": 0.5,
        "presencePenalty": 0.25,
        "responseLogprobs": True,
        "logprobs": 2,
        "stopSequences": ["END"],
        "responseMimeType": "application/json",
        "responseJsonSchema": ANSWER,
        "thinkingConfig": {"thinkingLevel": "low", "includeThoughts": True},
    },
}


# --- Converse: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html

BEDROCK_SONNET = f"us.anthropic.{SONNET}-v1:0"
CONVERSE_FULL: Json = {
    "system": [{"text": "Be brief."}],
    "messages": [
        {
            "role": "user",
            "content": [
                {"text": "What is this?"},
                {"image": {"format": "png", "source": {"bytes": DATA}}},
            ],
        },
        {
            "role": "assistant",
            "content": [
                {"toolUse": {"toolUseId": "call_1", "name": "look_up", "input": {"q": "x"}}}
            ],
        },
        {
            "role": "user",
            "content": [
                {
                    "toolResult": {
                        "toolUseId": "call_1",
                        "content": [{"text": "42"}],
                        "status": "success",
                    }
                },
                {"text": "And?"},
            ],
        },
    ],
    "inferenceConfig": {"maxTokens": 100, "temperature": 0.5, "stopSequences": ["END"]},
    "toolConfig": {
        "tools": [
            {
                "toolSpec": {
                    "name": "look_up",
                    "description": "Looks it up.",
                    "inputSchema": {"json": PARAMETERS},
                }
            }
        ],
        "toolChoice": {"tool": {"name": "look_up"}},
    },
    "requestMetadata": {"team": "a"},
    "serviceTier": {"type": "flex"},
    "additionalModelRequestFields": {"top_k": 5},
}

# --- Cohere and Ollama: messages in OpenAI's form ----------------------------------------------

FUNCTION: Json = {
    "type": "function",
    "function": {"name": "look_up", "description": "Looks it up.", "parameters": PARAMETERS},
}

COHERE_FULL: Json = {
    "max_tokens": 100,
    "temperature": 0.5,
    "p": 0.9,
    "k": 5,
    "seed": 7,
    "frequency_penalty": 0.5,
    "presence_penalty": 0.25,
    "logprobs": True,
    "stop_sequences": ["END"],
    "thinking": {"type": "enabled", "token_budget": 2048},
    "tools": [FUNCTION],
    "tool_choice": "REQUIRED",
    "messages": [
        {"role": "system", "content": "Be brief."},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "What is this?"},
                {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{DATA}"}},
            ],
        },
        {
            "role": "assistant",
            "tool_calls": [
                {
                    "id": "call_1",
                    "type": "function",
                    "function": {"name": "look_up", "arguments": '{"q": "x"}'},
                }
            ],
        },
        {"role": "tool", "tool_call_id": "call_1", "content": "42"},
        {"role": "user", "content": "And?"},
    ],
}
OLLAMA_FULL: Json = {
    "stream": False,
    "think": True,
    "logprobs": True,
    "top_logprobs": 2,
    "options": {
        "num_predict": 100,
        "temperature": 0.5,
        "top_p": 0.9,
        "top_k": 5,
        "seed": 7,
        "frequency_penalty": 0.5,
        "presence_penalty": 0.25,
        "stop": ["END"],
    },
    "tools": [FUNCTION],
    "messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "What is this?", "images": [DATA]},
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [{"function": {"name": "look_up", "arguments": {"q": "x"}}}],
        },
        # https://docs.ollama.com/capabilities/tool-calling: by the tool's name, not by an id.
        {"role": "tool", "content": "42", "tool_name": "look_up"},
        {"role": "user", "content": "And?"},
    ],
}
