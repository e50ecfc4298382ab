"""Imports go one way: cli → ops → planning → stack → rooms → world → nouns."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src"
STANDARD = {*sys.stdlib_module_names, "envctl"}
ROOMS = {"services", "runtimes", "seeds", "secrets", "forges", "snapshots", "masking", "synthetic"}
SHARED = {"masking", "synthetic"}  # seeds mask what they read, or fill in what nobody has
NOUNS = {"reports"}  # folders of nouns; the others are files directly in the package
STOREYS = ("nouns", "world", "rooms", "stack", "planning", "ops", "cli")  # from the ground up
PURE = (  # hold no World
    "envctl.services",
    "envctl.planning",
    "envctl.runtimes.compose.project",
    "envctl.stack",
    "envctl.snapshots",
    "envctl.masking",
    "envctl.synthetic",
)


def storey(module: str) -> str:
    """The storey a module lives in. A file directly in the package is a noun."""
    parts = module.split(".")
    name = parts[1] if len(parts) > 1 else ""
    if name in ROOMS:
        return "rooms"
    if name == "__main__":
        return "cli"
    return name if name in STOREYS else "nouns"


def room(module: str) -> str | None:
    """The room a module lives in, if it lives in one."""
    return module.split(".")[1] if storey(module) == "rooms" else None


def violations(modules: Mapping[str, str]) -> list[str]:
    """What is wrong with the imports of these modules (name → source), wherever in the file they stand."""
    return [
        f"{importer} imports {imported}: {wrong}"
        for importer, source in modules.items()
        for imported in sorted(set(imports(importer, source, modules)))
        if (wrong := fault(importer, imported)) is not None
    ]


def fault(importer: str, imported: str) -> str | None:
    """Why one module may not import another; None when it may."""
    if STOREYS.index(storey(imported)) > STOREYS.index(storey(importer)):
        return "upwards"
    if room(importer) and room(imported) not in {None, room(importer), *SHARED}:
        return "rooms do not know each other"
    if storey(imported) == "world" and importer.startswith(PURE):
        return "it is pure"
    return None


def imports(importer: str, source: str, known: Mapping[str, str]) -> Iterator[str]:
    """Every module of ours that a module imports, inside functions too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if ours(alias.name))
        elif isinstance(node, ast.ImportFrom):
            base = absolute(importer, node, known)
            for name in (f"{base}.{alias.name}" for alias in node.names):
                if ours(name):
                    yield name if name in known else base


def absolute(importer: str, node: ast.ImportFrom, known: Mapping[str, str]) -> str:
    """The module that `from … import` names; a relative one is counted from the importer."""
    if not node.level:
        return node.module or ""
    is_package = any(name.startswith(f"{importer}.") for name in known)
    parts = importer.split(".")
    parts = parts[: len(parts) - node.level + is_package]
    return ".".join([*parts, *([node.module] if node.module else [])])


def ours(name: str) -> bool:
    """Whether a module belongs to envctl."""
    return name == "envctl" or name.startswith("envctl.")


def house() -> dict[str, str]:
    """Every module of the package with its source."""
    found = {}
    for path in sorted((SOURCE / "envctl").rglob("*.py")):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path.read_text(encoding="utf-8")
    return found


def test_imports_go_one_way() -> None:
    """No module of envctl imports upwards or next door, and what is pure does not know the world."""
    assert [] == violations(house())


def test_the_house_was_found() -> None:
    """The check above looked at every storey, so it cannot pass by looking at nothing."""
    assert set(STOREYS) == {storey(module) for module in house()}


def test_no_folder_is_unknown() -> None:
    """A new folder of the package has to be given its storey here."""
    folders = {path.name for path in (SOURCE / "envctl").iterdir() if path.is_dir() and any(path.glob("*.py"))}
    assert folders <= {*ROOMS, *STOREYS, *NOUNS}


def test_nouns_import_nothing_heavy() -> None:
    """A noun imports the standard library and other nouns only: everything above pays for what it loads."""
    nouns = {name: source for name, source in house().items() if storey(name) == "nouns"}
    for name, source in nouns.items():
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Import):
                loaded = {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                loaded = {(node.module or "").partition(".")[0]}
            else:
                continue
            assert loaded <= STANDARD, name


@pytest.mark.parametrize(
    ("importer", "source", "wrong"),
    [
        ("envctl.ops.up", "from envctl.cli import output", "upwards"),
        ("envctl.planning.draw", "import envctl.ops.up", "upwards"),
        ("envctl.stack.load", "from envctl.planning.draw import draw", "upwards"),
        ("envctl.services.kafka", "def f():\n    from envctl.stack import Stack", "upwards"),
        ("envctl.seeds.dumps.dump", "if True:\n    import envctl.runtimes.compose", "rooms do not know each other"),
        ("envctl.seeds.dumps.dump", "from ...services import kafka", "rooms do not know each other"),
        ("envctl.services", "from envctl import secrets", "rooms do not know each other"),
        ("envctl.runtimes.compose.project", "from envctl.world import World", "it is pure"),
        ("envctl.planning.draw", "from envctl import world", "it is pure"),
        ("envctl.world.docker", "from envctl.services.app import App", "upwards"),
        ("envctl.text", "async def f():\n    from .world import World", "upwards"),
        ("envctl.text", "try:\n    from . import seeds\nexcept ImportError:\n    pass", "upwards"),
    ],
)
def test_a_wrong_import_is_found(importer: str, source: str, wrong: str) -> None:
    """Each kind of wrong import is found, in whatever way it is written."""
    known = dict.fromkeys(["envctl.world", "envctl.seeds", "envctl.secrets", "envctl.services.kafka"], "")
    (said,) = violations({**known, importer: source})
    assert said.startswith(f"{importer} imports envctl.")
    assert said.endswith(f": {wrong}")


@pytest.mark.parametrize(
    ("importer", "source"),
    [
        ("envctl.cli.up", "from envctl.ops.up import up"),
        ("envctl.ops.up", "from envctl.planning.draw import draw\nfrom envctl.world import World"),
        ("envctl.services.kafka", "from envctl.services.base import Kind\nfrom envctl import text"),
        ("envctl.runtimes.compose.up", "from envctl.world import World\nfrom .project import render"),
        ("envctl.planning.draw", "import worldly\nfrom envctler import cli\n'import envctl.cli'"),
    ],
)
def test_a_right_import_is_left_alone(importer: str, source: str) -> None:
    """Downwards, within a room, and what only looks like ours is allowed."""
    assert [] == violations({importer: source, "envctl.text": ""})
