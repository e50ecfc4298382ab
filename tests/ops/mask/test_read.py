"""Rules and keys that stand in files of their own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from envctl.errors import EnvctlError, Exit
from envctl.ops.mask.read import digest_of, rules_of, secret_of
from envctl.workload import Masking
from tests.ops.fake import FakeEngine, here

HERE = {"unlisted": "refuse", "columns": {"a.b": "email", "a.c": "keep"}}


def masking(tmp_path: Path, text: str | None = None, key: str | None = None) -> Masking:
    """Rules in the stack file, and in a file."""
    for name, content in (("rules", text), ("key", key)):
        if content is not None:
            (tmp_path / name).write_text(content)
    return Masking(json.dumps(HERE), "MASK_KEY", tmp_path / "rules", tmp_path / "key")


def test_rules_of_both_count_and_the_files_win(tmp_path: Path) -> None:
    """So a team may have what all stacks share in a file."""
    found = rules_of(masking(tmp_path, 'unlisted = "keep"\n[columns]\n"a.c" = "redact"\n"d.e" = { mask = "name" }\n'))
    assert {"unlisted": "keep", "columns": {"a.b": "email", "a.c": "redact", "d.e": {"mask": "name"}}} == found


def test_a_change_of_the_file_is_another_digest(tmp_path: Path) -> None:
    """And so other data."""
    first = digest_of(masking(tmp_path, '[columns]\n"a.c" = "redact"\n'))
    assert first == digest_of(masking(tmp_path, '# the same\n[columns]\n"a.c" = "redact"\n'))
    assert first != digest_of(masking(tmp_path, '[columns]\n"a.c" = "null"\n'))
    assert first != digest_of(Masking(json.dumps(HERE), "MASK_KEY"))


@pytest.mark.parametrize(("text", "code"), [(None, Exit.NOT_FOUND), ("columns = [", Exit.STACK_FILE)])
def test_a_file_that_cannot_be_read_says_so(tmp_path: Path, text: str | None, code: Exit) -> None:
    """With its path."""
    with pytest.raises(EnvctlError, match="rules") as caught:
        rules_of(masking(tmp_path, text))
    assert (code, True) == (caught.value.code, bool(caught.value.hint))


def test_a_key_may_be_in_a_file(tmp_path: Path) -> None:
    """Without the end of its line."""
    place = here(tmp_path, FakeEngine())
    found = secret_of(place, masking(tmp_path, "", "sixteen characters and more\n"), "The key")
    assert "sixteen characters and more" == found.reveal()
    with pytest.raises(EnvctlError, match="The key cannot be read"):
        secret_of(place, Masking("{}", "MASK_KEY", None, tmp_path / "none"), "The key")
