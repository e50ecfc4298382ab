"""How Postgres writes conditions (`pg_get_expr`): brackets around everything, keywords in capitals, casts as `::`."""

from __future__ import annotations

from envctl.synthetic.checks.tokens import Cursor, Token
from envctl.synthetic.checks.tree import (
    FALSE,
    NULL,
    TRUE,
    Call,
    Case,
    Cast,
    Col,
    Const,
    Distinct,
    Every,
    Is,
    Items,
    Logic,
    Op,
    Tree,
)
from envctl.synthetic.patterns import Unreadable

_DEEP = 100
_INTEGER = 1 << 31
_CONSTANTS = {"true": TRUE, "false": FALSE, "NULL": NULL}
_MOMENTS = {"CURRENT_DATE": "date", "CURRENT_TIMESTAMP": "timestamp", "LOCALTIMESTAMP": "timestamp"}
_TYPE_WORDS = frozenset({"varying", "precision", "without", "with", "time", "zone"})
_TRIMS = {"BOTH": "btrim", "LEADING": "ltrim", "TRAILING": "rtrim"}
_IS = {"NULL": "null", "TRUE": "true", "FALSE": "false", "UNKNOWN": "unknown"}


def parse(text: str) -> Tree:
    """What a condition consists of. Raises Unreadable."""
    parser = _Parser(text)
    found = parser.whole()
    if parser.next.kind != "end":
        raise parser.odd()
    return found


class _Parser(Cursor):
    _depth = 0

    def whole(self) -> Tree:
        """A value, or two with an operator, or several with AND or OR: brackets say what belongs together."""
        self._depth += 1
        if self._depth > _DEEP:
            raise Unreadable("a condition with too many brackets within each other")
        found = self._compared(self._value())
        if self.word("AND", "OR"):
            word, both = self.next.text, [found]
            while self.taken(word):
                both.append(self._compared(self._value()))
            found = Logic("and" if word == "AND" else "or", tuple(both))
        self._depth -= 1
        return found

    def _compared(self, left: Tree) -> Tree:
        """With an operator behind it, or IS, or as it is."""
        if self.taken("IS"):
            return self._is(left)
        if self.taken("OPERATOR"):
            self.expect("(")
            schema = self.name()
            self.expect(".")
            sign = f"{schema}.{self.step().text}"
            self.expect(")")
        elif self.next.kind == "sign" and self.next.text not in {")", ",", "]", "::", ".", "[", "(", ":"}:
            sign = self.step().text
        else:
            return left
        if self.word("ANY", "ALL"):
            each = self.step().text == "ALL"
            self.expect("(")
            right = self.whole()
            self.expect(")")
            return Every(sign, left, right, each)
        return Op(sign, (left, self._value()))

    def _is(self, left: Tree) -> Tree:
        negated = self.taken("NOT")
        if self.taken("DISTINCT"):
            self.expect("FROM")
            found: Tree = Distinct(left, self._value())
            return Logic("not", (found,)) if negated else found
        word = self.step()
        if word.kind != "word" or word.text not in _IS:
            raise Unreadable("an IS with something unusual behind it")
        return Is(left, _IS[word.text], negated)  # type: ignore[arg-type]

    def _value(self) -> Tree:
        """A value with its casts."""
        if self.taken("NOT"):
            return Logic("not", (self._compared(self._value()),))
        if self.next.kind == "sign" and self.next.text in {"-", "+"}:
            sign = self.step().text
            return Op(sign, (self._value(),))
        found = self._single()
        while True:
            if self.taken("::"):
                found = self._cast(found)
            elif self.taken("AT"):
                self.expect("TIME")
                self.expect("ZONE")
                found = Call("timezone", (self._value(), found))
            elif self.word("COLLATE") or self.sign("[", "."):
                raise self.odd()
            else:
                return found

    def _cast(self, inner: Tree) -> Tree:
        kind = self._type()
        if isinstance(inner, Const) and (inner.type == "unknown" or inner.text is None):
            return Const(inner.text, kind)
        return Cast(inner, kind)

    def _type(self) -> str:
        words = [self.name()]
        while self.taken("."):
            words = [f"{words[0]}.{self.name()}"]
        while self.word(*_TYPE_WORDS) or self.sign("("):
            if self.taken("("):
                numbers = [self.step().text]
                while self.taken(","):
                    numbers.append(self.step().text)
                self.expect(")")
                words[-1] += f"({','.join(numbers)})"
            else:
                words.append(self.step().text)
        ends = ""
        while self.taken("["):
            self.expect("]")
            ends = "[]"
        return " ".join(words) + ends

    def _single(self) -> Tree:
        token = self.next
        if token.kind == "end" or (token.kind == "sign" and token.text != "("):
            raise self.odd()
        self.step()
        if token.kind == "number":
            whole = token.text.isdecimal() and int(token.text) < _INTEGER
            return Const(token.text, "integer" if whole else "numeric")
        if token.kind == "text":
            return Const(token.text, "unknown")
        if token.kind == "sign":
            found = self.whole()
            self.expect(")")
            return found
        if token.kind == "word" and (special := self._special(token.text)) is not None:
            return special
        return self._called(token)

    def _called(self, token: Token) -> Tree:
        name = token.text
        while self.sign("."):  # of another schema, or a column of a row
            self.step()
            name = f"{name}.{self.name()}"
        if not self.taken("("):
            if "." in name:
                raise Unreadable(f"“{name}”")
            return Col(name)
        keyword = token.kind == "word" and name.isupper()  # COALESCE, GREATEST …
        return Call(name.lower() if keyword else name, self._arguments(")"))

    def _arguments(self, end: str) -> tuple[Tree, ...]:
        found: list[Tree] = []
        while not self.taken(end):
            found.append(self.whole())
            if not self.sign(end):
                self.expect(",")
        return tuple(found)

    def _special(self, word: str) -> Tree | None:
        """What has a syntax of its own."""
        if word in _CONSTANTS:
            return _CONSTANTS[word]
        if word in _MOMENTS:
            if self.taken("("):
                self._arguments(")")
            return Call("now", ()) if _MOMENTS[word] == "timestamp" else Cast(Call("now", ()), "date")
        if word == "CASE":
            return self._case()
        if word == "ARRAY" and self.taken("["):
            return Items(self._arguments("]"))
        if word in {"EXTRACT", "TRIM", "SUBSTRING", "POSITION"} and self.taken("("):
            found: Tree = {
                "EXTRACT": self._extract,
                "TRIM": self._trim,
                "SUBSTRING": self._substring,
                "POSITION": self._position,
            }[word]()
            self.expect(")")
            return found
        return None

    def _case(self) -> Tree:
        compared = None if self.word("WHEN") else self.whole()
        whens: list[tuple[Tree, Tree]] = []
        while self.taken("WHEN"):
            when = self.whole()
            self.expect("THEN")
            whens.append((when if compared is None else Op("=", (compared, when)), self.whole()))
        otherwise = self.whole() if self.taken("ELSE") else NULL
        self.expect("END")
        return Case(tuple(whens), otherwise)

    def _extract(self) -> Tree:
        field = self.name()
        self.expect("FROM")
        return Call("date_part", (Const(field, "text"), self.whole()))

    def _trim(self) -> Tree:
        word = self.step().text
        if word not in _TRIMS:
            raise self.odd()
        if self.taken("FROM"):
            return Call(_TRIMS[word], (self.whole(),))
        what = self.whole()
        self.expect("FROM")
        return Call(_TRIMS[word], (self.whole(), what))

    def _substring(self) -> Tree:
        text = self.whole()
        self.expect("FROM")
        start = self.whole()
        return Call("substring", (text, start, self.whole()) if self.taken("FOR") else (text, start))

    def _position(self) -> Tree:
        what = self.whole()
        self.expect("IN")
        return Call("strpos", (self.whole(), what))
