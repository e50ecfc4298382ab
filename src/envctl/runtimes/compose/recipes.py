"""Images that a team's own Compose project builds: by Compose, from where it says, under our name."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from envctl import labels
from envctl.errors import EnvctlError, Exit
from envctl.events import Event
from envctl.runtimes.compose.dockerfile import bases, syntax, without_syntax
from envctl.runtimes.compose.images import from_registry, hash_folder, to_be_had, unreadable
from envctl.runtimes.compose.project import escaped, written
from envctl.workload import Build, Recipe
from envctl.world import World

_TAIL = 25  # lines of a failed build that are worth showing


def build_recipe(
    world: World, subject: str, image: str, recipe: Recipe, registry: str | None, values: Mapping[str, str]
) -> None:
    """Build an image as its Compose project says. `values` are variables that its secrets come from.

    What it starts from comes from the registry where it is not there under its own name. Raises EnvctlError.
    """
    definition = {**recipe.definition, **_mirrored(world, subject, recipe, registry)}
    own = definition.get("labels") or {}
    definition["labels"] = {**own, f"{labels.PREFIX}built": image}
    service = {"image": image, "build": definition, **({"platform": recipe.platform} if recipe.platform else {})}
    document = {"services": {"image": service}, "secrets": dict(recipe.secrets)}
    argv = (
        "docker", "compose", "--ansi", "never", "--progress", "plain",
        "--project-name", "envctl-build",
        "--project-directory", str(recipe.context or "/"),
        "--env-file", "/dev/null",
        "--file", "-",
        "build", "image",
    )  # fmt: skip
    finished = world.shell.run(argv, stdin=[written(escaped(document))], env=values)
    if finished.status != 0:
        said = (finished.stdout + finished.stderr).decode("utf-8", "replace").splitlines()
        raise EnvctlError(
            Exit.DOCKER,
            f"{subject}: the image could not be built from {recipe.context or recipe.definition.get('context')}",
            details=tuple(said[-_TAIL:]),
            unchanged="No container was started.",
            hint="Mend what the lines above say, then run `envctl up` again.",
        )


def _mirrored(world: World, subject: str, recipe: Recipe, registry: str | None) -> dict[str, Any]:
    """What a build says otherwise for what the registry has, and for a frontend that cannot be had."""
    text = _dockerfile(recipe)
    if not registry or text is None:
        return {}
    changed: dict[str, Any] = {}
    contexts = recipe.definition.get("additional_contexts") or {}
    had = {base: from_registry(world, base, registry) for base in bases(text, recipe.args) if base not in contexts}
    if instead := {base: f"docker-image://{found}" for base, found in had.items() if found}:
        changed["additional_contexts"] = {**contexts, **instead}
    if (frontend := syntax(text)) is None:
        return changed
    if found := from_registry(world, frontend, registry):
        changed["args"] = {**(recipe.definition.get("args") or {}), "BUILDKIT_SYNTAX": found}
    elif not to_be_had(world, frontend):
        world.tell(Event(subject, f"{frontend} cannot be had: the Dockerfile is read by the builder's own syntax"))
        changed |= {"dockerfile_inline": without_syntax(text), "dockerfile": None}
    return changed


def _dockerfile(recipe: Recipe) -> str | None:
    inline: str | None = recipe.definition.get("dockerfile_inline")
    return inline if recipe.dockerfile is None else recipe.dockerfile.read_text("utf-8", "replace")


def digest_of_recipe(recipe: Recipe) -> str:
    """What a build is made of, as a hash: its definition, and every file that it is sent and that lies here.

    Raises EnvctlError when something of it cannot be read.
    """
    said = json.dumps([recipe.definition, recipe.platform], sort_keys=True)
    digest = hashlib.blake2b(said.encode(), digest_size=16)
    try:
        if recipe.dockerfile is not None:
            digest.update(hashlib.blake2b(recipe.dockerfile.read_bytes()).digest())
        for folder in (recipe.context, *recipe.folders):
            if folder is not None:
                hash_folder(digest, Build(folder, recipe.dockerfile or folder / "Dockerfile"))
    except OSError as error:
        raise unreadable(error, recipe.context) from error
    return digest.hexdigest()
