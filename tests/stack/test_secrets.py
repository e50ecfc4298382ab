"""Where secrets come from, and what may not be said of them."""

from __future__ import annotations

import pytest

from envctl.stack.secrets import FromCaller, FromDotenv, FromEnvironment, Generated
from tests.stack.conftest import HEAD, Read, Refusal

WEB = '[services.web]\nimage = "a"\n'
VALUE = "sk_live_by_mistake"
NAMED = "is not a secret's name (letters, digits and _, not starting with a digit, at most 64)"


def test_a_secret_says_where_it_comes_from(read: Read) -> None:
    """Its section does; one that a service uses without a section comes from the caller, never from chance."""
    declared = '[secrets.A]\n[secrets.B]\nfrom = "env"\n[secrets.C]\nfrom = "dotenv"\n'
    stack = read(f'{WEB}secrets = ["A", "LISTED"]\nenv.X = "${{secrets.REFERRED}} ${{secrets.B}}"\n{declared}')
    assert {
        "A": Generated,
        "B": FromEnvironment,
        "C": FromDotenv,
        "LISTED": FromCaller,
        "REFERRED": FromCaller,
    } == {name: type(section) for name, section in stack.secrets.items()}
    source = stack.secrets["LISTED"].source("LISTED", stack.root)
    assert ("caller", "LISTED", stack.root / ".env") == (source.provider, source.key, source.path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{WEB}[secrets.1x]\n", f"5: secrets.1x: '1x' {NAMED}"),
        (f'{WEB}secrets = ["a b"]\n', f"5: services.web.secrets[0]: 'a b' {NAMED}"),
        (f'{WEB}env.A = "${{secrets.a-b}}"\n', f"5: services.web.env.A: 'a-b' {NAMED}"),
        (f'{WEB}[secrets]\nA = "{VALUE}"\n', "6: secrets.A: must be a table, not text"),
        (f'{WEB}[secrets.A]\nfrom = "{VALUE}"\n', "6: secrets.A.from: secrets do not come from there"),
        (f'{WEB}[secrets.A]\nvalue = "{VALUE}"\n', "6: secrets.A.value: unknown key"),
        (f"{WEB}[secrets.A]\nlength = 3\n", "6: secrets.A.length: must be from 16 to 1000"),
        (f'{WEB}env."A.B" = "${{secrets.X}}"\n', '5: services.web.env."A.B": a variable with a password or secret'),
        ('[services.secrets]\nimage = "a"\n', "3: services.secrets: ${secrets.NAME} stands for a secret"),
    ],
)
def test_what_cannot_be_is_refused(refusal: Refusal, text: str, said: str) -> None:
    """With its line; and a value that was written there by mistake is not repeated."""
    error = refusal(HEAD + text)
    (problem,) = error.details
    assert problem.startswith(f"envctl.toml:{said}")
    assert VALUE not in f"{error.message} {problem} {error.hint}"
