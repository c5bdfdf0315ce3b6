"""action.yml and .pre-commit-hooks.yaml: their commands, run here as GitHub and pre-commit run them."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from arenite import zoo
from arenite.tflite.write import write_bytes

ROOT = Path(__file__).parent.parent
SMALL = write_bytes(zoo.build("paper"))
LARGE = write_bytes(zoo.build("chain"))
GH = """#!/usr/bin/env bash
printf '%s\\n' "$*" >> "$FOLDER/calls"
for word; do case $word in body=@*) cp "${word#body=@}" "$FOLDER/body" ;; esac; done
case $* in *--jq*) cat "$FOLDER/ids" ;; esac
exit "${GH_CODE:-0}"
"""
if os.name == "nt":
    pytest.skip("scripts of bash", allow_module_level=True)


def executable(path, text):
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


@pytest.fixture
def work(tmp_path):
    """A repository `repo` whose commit `base` has a small model and whose work tree has a larger one and a new one."""
    repo = tmp_path / "repo"
    (repo / "models").mkdir(parents=True)
    (repo / "models" / "net.tflite").write_bytes(SMALL)
    identity = ["-c", "user.name=n", "-c", "user.email=e"]
    for command in (["init", "-q"], ["add", "-A"], [*identity, "commit", "-qm", "base"], ["tag", "base"]):
        subprocess.run(["git", *command], cwd=repo, check=True)
    (repo / "models" / "net.tflite").write_bytes(LARGE)
    (repo / "models" / "new.tflite").write_bytes(SMALL)
    executable(tmp_path / "bin" / "gh", GH)
    executable(tmp_path / "bin" / "arenite", f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m arenite "$@"\n')
    (tmp_path / "ids").write_text("")
    return tmp_path


def steps():
    return yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))


def act(work, *, code, folder="repo", **inputs):
    """Run the last step of the action with these inputs, as GitHub does; returns the process."""
    action = steps()
    values = {name: str(each.get("default", "")) for name, each in action["inputs"].items()}
    values.update({"token": "t", "base": "base"}, **{name.replace("_", "-"): value for name, value in inputs.items()})
    step = action["runs"]["steps"][-1]
    filled = {
        key: re.sub(r"\$\{\{ inputs\.([a-z-]+) \}\}", lambda found: values[found[1]], text)
        for key, text in step["env"].items()
    }
    filled["PULL_REQUEST"] = "7" if values["comment"] == "true" else ""
    assert not any("${{" in text for text in filled.values())
    environment = {
        **os.environ,
        **filled,
        "PATH": f"{work / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "GITHUB_ACTION_PATH": str(ROOT),
        "GITHUB_REPOSITORY": "me/nets",
        "GITHUB_STEP_SUMMARY": str(work / "summary"),
        "RUNNER_TEMP": str(work),
        "FOLDER": str(work),
        "GH_CODE": inputs.get("gh_code", "0"),
    }
    done = subprocess.run(
        ["bash", "-c", step["run"]], cwd=work / folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert not list(work.glob("arenite.*"))
    trees = subprocess.run(["git", "worktree", "list"], cwd=work / "repo", capture_output=True, text=True, check=True)
    assert len(trees.stdout.splitlines()) == 1
    return done


def test_one_table_with_the_change_goes_to_the_summary_and_the_comment(work):
    done = act(work, code=0, models="models", options="--arena 1M")
    lines = done.stdout.splitlines()
    assert [line.split(",")[0] for line in lines] == [
        "::notice file=models/net.tflite",
        "::notice file=models/new.tflite",
    ]
    marker, *table = (work / "body").read_text().splitlines()
    assert marker == "<!-- arenite check -->"
    assert table == (work / "summary").read_text().splitlines()
    assert len(table) == 4
    assert re.search(r"\| \+[0-9,]+ \(\+[0-9.]+ %\) \| fits \|$", table[2])
    assert table[3].endswith("| new | fits |")
    assert "--method POST repos/me/nets/issues/7/comments" in (work / "calls").read_text()


def test_a_comment_that_is_there_is_changed(work):
    (work / "ids").write_text("41\n42\n")
    act(work, code=0, models="models", options="--arena 1M")
    assert "--method PATCH repos/me/nets/issues/comments/41 " in (work / "calls").read_text()


def test_what_fails_fails_the_step(work):
    done = act(work, code=1, models="models/net.tflite\n\nmodels/new.tflite", options="--arena 1K", base="")
    assert done.stdout.count("::error file=models/n") == 2
    assert "**fails**" in (work / "body").read_text()
    act(work, code=2, models="none", options="--arena 1K")
    act(work, code=2, models="models", options="--arena many")


def test_growth(work):
    asked = {"models": "models", "options": "--arena 1M", "comment": "false"}
    assert "the arena grew by" in act(work, code=1, max_growth="0", allow_new="true", **asked).stdout
    said = act(work, code=1, max_growth="1M", **asked).stdout
    assert "the base has no models/new.tflite" in said
    assert "`allow-new: true` to the action" in said
    assert str(work) not in said, "the folder of the base is a temporary one"
    act(work, code=0, max_growth="1M", allow_new="true", **asked)
    act(work, code=2, max_growth="1M", base="", **asked)
    assert not (work / "calls").exists()


def test_a_folder_of_the_repository_has_its_base_there(work):
    done = act(work, code=1, folder="repo/models", models="net.tflite", options="--arena 1M", max_growth="0")
    assert "the arena grew by" in done.stdout


def test_a_comment_that_cannot_be_written_is_a_warning(work):
    done = act(work, code=0, models="models", options="--arena 1M", gh_code="1")
    assert "::warning title=arenite check::" in done.stdout


def test_a_base_that_is_not_there_fails(work):
    done = act(work, code=2, models="models", options="--arena 1M", base="nowhere")
    assert done.stdout == "::error title=arenite check::the base to compare with cannot be fetched\n"


def test_inputs_reach_scripts_as_variables_only():
    for step in steps()["runs"]["steps"]:
        assert "${{" not in step.get("run", "")


@pytest.mark.parametrize(("limit", "code"), [("1K", 1), ("1M", 0)])
def test_the_hook(work, limit, code):
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    repo = work / "repo"
    (repo / "arenite.toml").write_text(f'arena = "{limit}"\n')
    files = [str(path.relative_to(repo)) for path in sorted(repo.rglob("*")) if re.search(hook["files"], str(path))]
    assert len(files) == 2
    command = [str(work / "bin" / "arenite"), *shlex.split(hook["entry"])[1:], *files]
    done = subprocess.run(command, cwd=repo, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    assert done.stdout.count("Fails: ") == 2 * code


def test_the_documentation_names_inputs_and_hooks_that_are_there():
    page = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    workflow, hooks = (yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL))
    (used,) = (step["with"] for step in workflow["jobs"]["models"]["steps"] if "with" in step)
    assert used.keys() <= steps()["inputs"].keys()
    known = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert {hook["id"] for repository in hooks["repos"] for hook in repository["hooks"]} <= {
        hook["id"] for hook in known
    }
