"""A path's tree, by precedence climbing over the grammar of https://hl7.org/fhirpath/N1/#grammar."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from plummer.pipelines.views.fhirpath.errors import path_error
from plummer.pipelines.views.fhirpath.lexer import Token, words

_MAX_DEPTH: Final = 100
_BINARY: Final = {
    "implies": 1, "or": 2, "xor": 2, "and": 3, "in": 4, "contains": 4, "=": 5, "~": 5, "!=": 5, "!~": 5,
    "<": 6, ">": 6, "<=": 6, ">=": 6, "|": 7, "is": 8, "as": 8, "+": 9, "-": 9, "&": 9,
    "*": 10, "/": 10, "div": 10, "mod": 10,
}  # fmt: skip
_UNITS: Final = {
    f"{unit}{end}" for unit in ("year", "month", "week", "day", "hour", "minute", "second", "millisecond")
    for end in ("", "s")
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant and its type; None is the empty collection ``{}``."""

    value: object
    type: str


@dataclass(frozen=True, slots=True)
class Member:
    """``base.name``; without a base a name at the beginning."""

    base: "Tree | None"
    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """``base.name(args)``."""

    base: "Tree | None"
    name: str
    args: tuple["Tree", ...]


@dataclass(frozen=True, slots=True)
class Index:
    """``base[place]``."""

    base: "Tree"
    place: "Tree"


@dataclass(frozen=True, slots=True)
class Variable:
    """``%name``, or ``$this``, ``$index``, ``$total``."""

    name: str


@dataclass(frozen=True, slots=True)
class Negative:
    """``-operand``."""

    operand: "Tree"


@dataclass(frozen=True, slots=True)
class Binary:
    """``left op right``."""

    op: str
    left: "Tree"
    right: "Tree"


@dataclass(frozen=True, slots=True)
class TypeTest:
    """``operand is type`` or ``operand as type``."""

    op: str
    operand: "Tree"
    type: str


Tree = Literal | Member | Call | Index | Variable | Negative | Binary | TypeTest


def parse(path: str) -> Tree:
    """The tree of a path.

    Raises:
        PlummerError: ``view_path`` where it isn't FHIRPath.

    Example:
        >>> parse("name.family")
        Member(base=Member(base=None, name='name'), name='family')
    """
    parser = _Parser(words(path))
    tree = parser.expression(0)
    parser.expect("end", "")
    return tree


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0

    @property
    def now(self) -> Token:
        return self.tokens[self.at]

    def take(self) -> Token:
        token = self.now
        self.at += token.kind != "end"
        return token

    def is_sign(self, text: str) -> bool:
        return self.now.kind == "sign" and self.now.text == text

    def expect(self, kind: str, text: str) -> None:
        if (self.now.kind, self.now.text) != (kind, text):
            wanted = f"{text} is missing" if text else "something is left over"
            raise path_error(f"{wanted} at {self.now.at} of a path")
        self.take()

    def expression(self, least: int) -> Tree:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise path_error("a path is nested too deeply")
        left = self.unary()
        while (rank := self.rank()) > least:
            op = self.take().text
            if op in ("is", "as"):
                left = TypeTest(op, left, type_name(self.postfix(self.term())))
            else:
                left = Binary(op, left, self.expression(rank))
        self.depth -= 1
        return left

    def rank(self) -> int:
        return _BINARY.get(self.now.text, 0) if self.now.kind in ("sign", "word") else 0

    def unary(self) -> Tree:
        if self.is_sign("-") or self.is_sign("+"):
            negative = self.take().text == "-"
            self.depth += 1
            if self.depth > _MAX_DEPTH:
                raise path_error("a path is nested too deeply")
            operand = self.unary()
            self.depth -= 1
            return Negative(operand) if negative else operand
        return self.postfix(self.term())

    def postfix(self, tree: Tree) -> Tree:
        while True:
            if self.is_sign("."):
                self.take()
                tree = self.invocation(tree)
            elif self.is_sign("["):
                self.take()
                tree = Index(tree, self.expression(0))
                self.expect("sign", "]")
            else:
                return tree

    def invocation(self, base: Tree | None) -> Tree:
        token = self.take()
        if token.kind not in ("word", "quoted"):
            raise path_error(f"a name is missing at {token.at} of a path")
        if token.kind == "word" and self.is_sign("("):
            self.take()
            return Call(base, token.text, self.arguments())
        return Member(base, token.text)

    def arguments(self) -> tuple[Tree, ...]:
        found: list[Tree] = []
        while not self.is_sign(")"):
            if found:
                self.expect("sign", ",")
            found.append(self.expression(0))
        self.take()
        return tuple(found)

    def term(self) -> Tree:
        token = self.now
        if token.kind in ("word", "quoted") and not (
            token.kind == "word" and token.text in ("true", "false")
        ):
            return self.invocation(None)
        self.take()
        if token.kind == "sign" and token.text == "(":
            tree = self.expression(0)
            self.expect("sign", ")")
            return tree
        if token.kind == "sign" and token.text == "{":
            self.expect("sign", "}")
            return Literal(None, "")
        return self.literal(token)

    def literal(self, token: Token) -> Tree:  # noqa: PLR0911 (one per kind)
        text = token.text
        match token.kind:
            case "word":
                return Literal(text == "true", "boolean")
            case "string":
                return Literal(text, "string")
            case "number":
                return self.number(text)
            case "date":
                return Literal(text[1:].removesuffix("T"), "dateTime" if "T" in text else "date")
            case "time":
                return Literal(text[2:], "time")
            case "variable":
                return Variable(f"%{text}")
            case "special":
                return Variable(text)
        raise path_error(f"an operand is missing at {token.at} of a path")

    def number(self, text: str) -> Literal:
        value = Decimal(text) if "." in text else int(text)
        if self.now.kind == "string" or (self.now.kind == "word" and self.now.text in _UNITS):
            return Literal({"value": value, "code": self.take().text}, "Quantity")
        return Literal(value, "decimal" if "." in text else "integer")


def type_name(tree: Tree) -> str:
    """The type that an operand of ``is``, ``as`` and ``ofType`` names, without ``FHIR.`` or ``System.``.

    Raises:
        PlummerError: ``view_path`` where it names none.

    Example:
        >>> type_name(parse("FHIR.Quantity")), type_name(parse("System.Boolean"))
        ('Quantity', 'boolean')
    """
    if isinstance(tree, Member) and tree.base is None:
        return tree.name
    if isinstance(tree, Member) and isinstance(tree.base, Member) and tree.base.base is None:
        space, name = tree.base.name, tree.name
        if space in ("FHIR", "System"):
            return name[0].lower() + name[1:] if space == "System" and name != "Quantity" else name
    raise path_error("a type's name is missing")
