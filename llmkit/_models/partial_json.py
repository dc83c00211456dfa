"""JSON that comes in pieces: what is there of it after each, at the cost of the piece."""

from __future__ import annotations

import codecs
import json
import math
import re
from enum import Enum, auto
from typing import Final

from .._json import well_formed
from .json_view import Container, Text, View

MAX_DEPTH: Final = 500
"""How many brackets may be open at once: more than any schema asks for."""


class NotJSONError(ValueError):
    """What has come can no longer become JSON, or has ended before it was.

    Attributes:
        reason: what is wrong.
        at: the number of the character that cannot stand where it does, from 0.
    """

    def __init__(self, reason: str, at: int) -> None:
        super().__init__(f"{reason} (character {at})")
        self.reason = reason
        self.at = at


class _Expects(Enum):
    """What may come next."""

    VALUE = auto()
    VALUE_OR_END = auto()
    KEY = auto()
    KEY_OR_END = auto()
    COLON = auto()
    COMMA_OR_END = auto()
    STRING = auto()
    WORD = auto()
    NOTHING = auto()


_TOLD: Final = {
    _Expects.VALUE: "a value must stand here",
    _Expects.VALUE_OR_END: "a value or ] must stand here",
    _Expects.KEY: "a property's name in double quotes must stand here",
    _Expects.KEY_OR_END: "a property's name in double quotes or } must stand here",
    _Expects.COLON: "a colon must stand here",
    _Expects.NOTHING: "there is more after the JSON",
}

_SPACE: Final = re.compile(r"[ \t\n\r]*")
_PLAIN: Final = re.compile(r'[^"\\\x00-\x1f]*')
_WORD: Final = re.compile(r"[-+.0-9A-Za-z]*")
_ESCAPES: Final = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r",
                   "t": "\t"}  # fmt: skip
_LITERALS: Final = {"true": True, "false": False, "null": None}

# A number, letter for letter: the state it is in, and where each kind of letter leads.
# https://www.rfc-editor.org/rfc/rfc8259#section-6
_NUMBER: Final = {
    "": {"-": "-", "0": "0", "1": "1"},
    "-": {"0": "0", "1": "1"},
    "0": {".": ".", "e": "e"},
    "1": {"0": "1", "1": "1", ".": ".", "e": "e"},
    ".": {"0": ".0", "1": ".0"},
    ".0": {"0": ".0", "1": ".0", "e": "e"},
    "e": {"+": "e+", "-": "e+", "0": "e0", "1": "e0"},
    "e+": {"0": "e0", "1": "e0"},
    "e0": {"0": "e0", "1": "e0"},
}
_WHOLE: Final = ("0", "1", ".0", "e0")
_KINDS: Final = {**dict.fromkeys("123456789", "1"), "E": "e"}


class JSONReader:
    """Reads one JSON value in pieces, as strictly as Python's own parser.

    reader = JSONReader()
    for piece in pieces:
        reader.feed(piece)
        print(reader.view().value())
    reader.close()
    """

    def __init__(self) -> None:
        self.version = 0
        """Counts the changes of what a view shows."""
        self.engaged = False
        """Whether there is more of it than opening brackets: words in brackets are no JSON."""
        self._open: list[Container] = []
        self._text: Text | None = None
        self._root: object = None
        self._expects = _Expects.VALUE
        self._is_key = False
        self._word: list[str] = []
        self._state = ""  # of a number
        self._escape = ""  # as far as it has come
        self._high = ""  # the first half of a character that two escapes tell
        self._half = ""  # the same, where the text itself holds it
        self._read = 0
        self._decode = codecs.getincrementaldecoder("utf-8")().decode

    @property
    def done(self) -> bool:
        """Whether the value is whole. A number alone is when something follows it, or `close`."""
        return self._expects is _Expects.NOTHING

    @property
    def is_container(self) -> bool:
        """Whether it is an array or an object."""
        return bool(self._open) or isinstance(self._root, list | dict)

    @property
    def is_word(self) -> bool:
        """Whether it is a number, true, false or null."""
        if self.done:
            return not isinstance(self._root, str | list | dict)
        return self._expects is _Expects.WORD and not self._open

    def view(self) -> View:
        """What is there now."""
        if not self._open:
            if self._text is not None and not self._is_key:
                return View(((self._text, self._text.length),))
            return View(whole=self._root, begun=self.done)
        path: list[tuple[Container | Text, int]] = [(node, len(node.values)) for node in self._open]
        if self._text is not None and not self._is_key:
            path.append((self._text, self._text.length))
        return View(tuple(path))

    def feed(self, piece: str | bytes) -> None:
        """Take the next piece; characters may be cut in half between two.

        Raises:
            NotJSONError: what has come can no longer become JSON.
        """
        text = self._decoded(piece) if isinstance(piece, bytes) else piece
        if self._half or not text.isascii():
            text, self._half = whole_characters(self._half + text)
        at = self.read(text, 0)
        if at < len(text) and _SPACE.fullmatch(text, at) is None:
            raise self._error(_TOLD[_Expects.NOTHING], at)
        self._read += len(text)

    def read(self, text: str, at: int) -> int:
        """Read on in *text* from *at*, to the end of it or of the value; where that is.

        Raises:
            NotJSONError: as `feed`; its `at` counts from the start of *text*.
        """
        while at < len(text) and not self.done:
            if self._expects is _Expects.STRING:
                at = self._in_string(text, at)
            elif self._expects is _Expects.WORD:
                at = self._in_word(text, at)
            else:
                space = _SPACE.match(text, at)
                at = at if space is None else space.end()
                if at < len(text):
                    at = self._begin(text, at)
        return at

    def close(self) -> None:
        """There is no more.

        Raises:
            NotJSONError: the JSON is not whole.
        """
        self._decoded(b"", last=True)
        if self._half:
            half, self._half = self._half, ""
            at = self.read(well_formed(half), 0)
            if not at:
                raise self._error(_TOLD[_Expects.NOTHING], 0)
            self._read += at
        if self.is_word and not self.done:
            self._end_word(0)
        if not self.done:
            raise self._error("it ends before it is whole", 0)

    def _decoded(self, piece: bytes, *, last: bool = False) -> str:
        try:
            return self._decode(piece, last)
        except UnicodeDecodeError:
            pass
        raise self._error("this is no UTF-8", 0)

    def _error(self, reason: str, at: int) -> NotJSONError:
        return NotJSONError(reason, self._read + at)

    def _begin(self, text: str, at: int) -> int:
        """Take the character at *at*, which is no white space and in no string or word."""
        letter, expects = text[at], self._expects
        if letter == '"' and expects is not _Expects.COLON and expects is not _Expects.COMMA_OR_END:
            self._is_key = expects in (_Expects.KEY, _Expects.KEY_OR_END)
            self._text = Text([])
            self._expects = _Expects.STRING
            self.engaged = self.engaged or bool(self._open)
            if not self._is_key:
                self._add(None)
        elif expects is _Expects.COLON and letter == ":":
            self._expects = _Expects.VALUE
        elif expects is _Expects.COMMA_OR_END and letter == ",":
            inside = self._open[-1].keys is None
            self._expects = _Expects.VALUE if inside else _Expects.KEY
        elif letter in "]}":
            self._end_container(letter, at)
        elif expects is not _Expects.VALUE and expects is not _Expects.VALUE_OR_END:
            raise self._misplaced(at)
        elif letter in "[{":
            self._begin_container(letter, at)
        elif letter in "-0123456789tfn":
            self._expects, self._state = _Expects.WORD, ""
            return at
        else:
            raise self._misplaced(at)
        return at + 1

    def _misplaced(self, at: int) -> NotJSONError:
        if self._expects is _Expects.COMMA_OR_END:
            end = "]" if self._open[-1].keys is None else "}"
            return self._error(f"a comma or {end} must stand here", at)
        return self._error(_TOLD[self._expects], at)

    def _begin_container(self, letter: str, at: int) -> None:
        if len(self._open) == MAX_DEPTH:
            raise self._error(f"it is nested more than {MAX_DEPTH} deep", at)
        self._add(None)
        keys: list[str] | None = None if letter == "[" else []
        self._open.append(Container(keys, []))
        self._expects = _Expects.VALUE_OR_END if keys is None else _Expects.KEY_OR_END

    def _end_container(self, letter: str, at: int) -> None:
        last = self._open[-1] if self._open else None
        fits = last is not None and letter == ("]" if last.keys is None else "}")
        ends = (_Expects.COMMA_OR_END, _Expects.VALUE_OR_END, _Expects.KEY_OR_END)
        if last is None or not fits or self._expects not in ends:
            raise self._misplaced(at)
        self._open.pop()
        self._put(last.upto(len(last.values)))

    def _add(self, value: object) -> None:
        """*value* is there, or the place of one that has begun."""
        self.version += 1
        if self._open:
            self._open[-1].values.append(value)

    def _put(self, value: object) -> None:
        """*value* is whole, and takes its place."""
        if self._open:
            self._open[-1].values[-1] = value
            self._expects = _Expects.COMMA_OR_END
        else:
            self._root = value
            self._expects = _Expects.NOTHING

    def _in_word(self, text: str, at: int) -> int:
        match = _WORD.match(text, at)
        end = at if match is None else match.end()
        for place in range(at, end):
            self._letter(text[place], place)
        if end < len(text):
            self._end_word(end)
        return end

    def _letter(self, letter: str, at: int) -> None:
        """The next letter of a number or of a literal."""
        if self._word and self._word[0] in "tfn":
            so_far = "".join(self._word) + letter
            fits = any(literal.startswith(so_far) for literal in _LITERALS)
        elif not self._word and letter in "tfn":
            fits = True
        else:
            self._state = _NUMBER[self._state].get(_KINDS.get(letter, letter), "")
            fits = bool(self._state)
        if not fits:
            raise self._error("this is no value", at)
        self._word.append(letter)

    def _end_word(self, at: int) -> None:
        word = "".join(self._word)
        self._word.clear()
        value: object
        if word in _LITERALS:
            value = _LITERALS[word]
        elif self._state not in _WHOLE:
            raise self._error(f"{word!r} is no value", at)
        elif "." in word or "e" in word.lower():
            value = float(word)
            if not math.isfinite(value):
                raise self._error(f"{word} is no number", at)
        else:
            try:
                value = int(word)
            except ValueError:  # Python refuses to read thousands of digits
                raise self._error("a number is too long", at) from None
        self.engaged = self.engaged or bool(self._open)
        self._add(value)
        self._put(value)

    def _in_string(self, text: str, at: int) -> int:
        if self._escape:
            return self._in_escape(text, at)
        match = _PLAIN.match(text, at)
        end = at if match is None else match.end()
        if end > at:
            self._say(text[at:end])
        if end == len(text):
            return end
        if text[end] == '"':
            self._end_string()
        elif text[end] == "\\":
            self._escape = "\\"
        else:
            raise self._error("a control character must not stand in a string", end)
        return end + 1

    def _in_escape(self, text: str, at: int) -> int:
        letter = text[at]
        self._escape += letter
        if len(self._escape) == 2:
            if letter == "u":
                return at + 1
            if letter not in _ESCAPES:
                raise self._error("this is no escape", at)
            said = _ESCAPES[letter]
        elif letter not in "0123456789abcdefABCDEF":
            raise self._error("this is no hexadecimal digit", at)
        elif len(self._escape) < 6:
            return at + 1
        else:
            said = chr(int(self._escape[2:], 16))
        self._escape = ""
        if self._high and "\udc00" <= said <= "\udfff":
            joined = (ord(self._high) - 0xD800 << 10) + ord(said) - 0xDC00 + 0x10000
            self._high, said = "", chr(joined)
        if "\ud800" <= said <= "\udbff":
            self._say("")
            self._high = said  # the other half may follow
        else:
            self._say(said)
        return at + 1

    def _say(self, text: str) -> None:
        """The string goes on with *text*."""
        if self._text is None:
            return
        text, self._high = self._high + text, ""
        if text:
            self._text.add(text)
            self.version += not self._is_key

    def _end_string(self) -> None:
        self._say("")
        text, self._text = self._text, None
        said = "" if text is None else text.upto(text.length) if text.pieces else ""
        if self._is_key:
            keys = self._open[-1].keys
            if keys is not None:
                keys.append(said)
            self._is_key = False
            self._expects = _Expects.COLON
        else:
            self._put(said)


def whole_characters(text: str) -> tuple[str, str]:
    """*text* with surrogates joined in pairs, and a first half at its end, for the next piece."""
    kept = len(text) - ("\ud800" <= text[-1:] <= "\udbff")
    return well_formed(text[:kept]), text[kept:]


def read_json(text: str) -> object:
    """The JSON that *text* is, by Python's own parser, which keeps integers of any length.

    Raises:
        ValueError: it is none, or holds NaN, an infinity or a float that is too large.
    """
    try:
        return json.loads(text, parse_constant=_no_number, parse_float=_finite)
    except RecursionError:
        pass
    raise ValueError("it is nested too deeply")


def _no_number(word: str) -> object:
    # Python's parser would take NaN and Infinity.
    raise ValueError(f"{word} is no number")


def _finite(digits: str) -> object:
    value = float(digits)
    return value if math.isfinite(value) else _no_number(digits)
