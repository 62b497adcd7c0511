"""The porting guide's Python runs as it is printed, prints what it says, and leaves nothing out."""

from __future__ import annotations

import builtins
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import synerise_client
from synerise_client import (
    ClientAccountInformation,
    ClientIdentityProvider,
    ClientModule,
    Error,
    ErrorCode,
    SyneriseInitializer,
    Token,
)
from synerise_client.api.routes import ROUTES
from synerise_client.sandbox import Sandbox
from synerise_client.synerise import SyneriseFacade
from tests.code_blocks import Block, blocks_of

GUIDE = (Path(__file__).parent.parent / "docs" / "porting.md").read_text(encoding="utf-8")
SURFACE = json.loads((Path(__file__).parent / "data" / "client-module.json").read_text())
METHODS = [method["name"] for method in SURFACE["methods"]]
MODULES = ("Tracker", "Notifications", "Injector", "Promotions", "Content")
VOLATILE = (
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"), "<random uuid>"),
    (re.compile(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?\+00:00"), "<date>"),
)


BLOCKS = blocks_of(GUIDE)
PYTHON = [block for block in BLOCKS if block.language == "python"]
SETUP, SIGNED_IN = (
    block for block in PYTHON if block.headings.get(2) == "The setup of the examples"
)
INTRODUCTION = GUIDE.partition("## The setup of the examples\n")[2].partition("\n## ")[0]
SECTIONS_WITH_ANNA = set(re.findall(r"\[([^]]+)\]\(#", INTRODUCTION))
EXAMPLE = next(
    block
    for block in PYTHON
    if block.headings.get(2) == "A whole script" and "input()" in block.text
)


def expected_after(block: Block) -> str:
    """Return what the guide says that a block prints: the text block that follows it."""
    following = BLOCKS[BLOCKS.index(block) + 1 :]
    return following[0].text if following and following[0].language == "text" else ""


def masked(text: str) -> str:
    """Replace what is different at each run."""
    for pattern, name in VOLATILE:
        text = pattern.sub(name, text)
    return text


def script_of(block: Block, sandbox: Sandbox) -> str:
    """Return what the guide promises to run: a whole script, or a block after its setup."""
    if not block.is_whole:
        signed_in = SIGNED_IN.text if block.headings[2] in SECTIONS_WITH_ANNA else ""
        return SETUP.text + signed_in + block.text
    key = '.withApiKey("YOUR_PROFILE_API_KEY")'
    here = f'.withApiKey("{sandbox.api_key}").withBaseUrl("{sandbox.url}")'
    assert block is SETUP or key in block.text
    return block.text.replace(key, here)


def environment(home: Path) -> dict[str, str]:
    """Nothing of ours but the path of the package that is tested."""
    path = {"PYTHONPATH": os.environ["PYTHONPATH"]} if "PYTHONPATH" in os.environ else {}
    return {**path, "SYNERISE_CLIENT_HOME": str(home), "PATH": "", "PYTHONIOENCODING": "utf-8"}


def name_of(block: Block) -> str:
    title = list(block.headings.values())[-1]
    return f"line {block.line}: {title}"


@pytest.mark.parametrize("block", [block for block in PYTHON if block is not EXAMPLE], ids=name_of)
def test_a_block_runs_without_complaint_and_prints_what_the_guide_says(
    block: Block, sandbox: Sandbox, tmp_path: Path
) -> None:
    sandbox.add_profile("anna@example.com", "Secret-1", firstName="Anna")
    finished = subprocess.run(
        [sys.executable, "-W", "error", "-c", script_of(block, sandbox)],
        cwd=tmp_path,
        env=environment(tmp_path / "home"),
        capture_output=True,
        encoding="utf-8",
        timeout=30,
        check=False,
    )
    assert finished.stderr == ""
    ending = f"(exit code {finished.returncode})\n" if finished.returncode else ""
    assert masked(finished.stdout + ending) == masked(expected_after(block))


def test_the_whole_script_serves_a_customer_who_types_the_pin_in(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    sandbox.activation = "pin"
    with (
        (tmp_path / "stderr").open("w+", encoding="utf-8") as stderr,
        subprocess.Popen(
            [sys.executable, "-u", "-W", "error", "-c", script_of(EXAMPLE, sandbox)],
            cwd=tmp_path,
            env=environment(tmp_path / "home"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            encoding="utf-8",
        ) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        prompt = process.stdout.readline()
        process.stdin.write(sandbox.outbox[-1].code + "\n")
        process.stdin.close()
        output = prompt + process.stdout.read()
        process.wait(30)
        stderr.seek(0)
        assert stderr.read() == ""
    assert output == expected_after(EXAMPLE)
    assert process.returncode == 0
    assert [request.operation for request in sandbox.requests] == [
        "login_anonymous",
        "register",
        "pin_request",
        "pin_confirm",
        "login",
        "account_update",
        "account",
        "logout",
    ]


def test_every_block_that_prints_shows_what_it_prints() -> None:
    silent = [
        name_of(block)
        for block in PYTHON
        if block not in (SETUP, SIGNED_IN) and not expected_after(block)
    ]
    assert silent == []


def test_every_text_block_is_the_output_of_a_python_block() -> None:
    languages = [block.language for block in BLOCKS]
    before = [languages[at - 1] for at, language in enumerate(languages) if language == "text"]
    assert set(before) == {"python"}


def shown_for(method: str) -> list[Block]:
    """Return the blocks under the heading of a method that call it."""
    return [
        block
        for block in BLOCKS
        if method in re.findall(r"\w+", block.headings.get(3, ""))
        and f"Synerise.Client.{method}(" in block.text
    ]


@pytest.mark.parametrize("method", METHODS)
def test_each_method_is_shown_in_both_languages_under_a_heading_of_its_own(method: str) -> None:
    assert [block.language for block in shown_for(method)][:2] == ["js", "python"]


@pytest.mark.parametrize("method", METHODS)
def test_both_languages_call_a_method_with_arguments_that_it_has(method: str) -> None:
    parameters = next(each["params"] for each in SURFACE["methods"] if each["name"] == method)
    calls = [
        (block.language, len(arguments))
        for block in BLOCKS
        for arguments in calls_of(method, block.text)
    ]
    assert {language for language, _ in calls} == {"js", "python"}
    assert all(count <= len(parameters) for _, count in calls)


def calls_of(method: str, code: str) -> list[list[str]]:
    """Return the arguments of each call of a method, in either language."""
    found = []
    for call in re.finditer(rf"Synerise\.Client\.{method}\(", code):
        arguments, depth, quote = [""], 1, ""
        for character in code[call.end() :]:
            if quote:
                quote = "" if character == quote else quote
            elif character in "'\"":
                quote = character
            elif character in "([{":
                depth += 1
            elif character in ")]}":
                depth -= 1
            if depth == 0:
                break
            if character == "," and depth == 1 and not quote:
                arguments.append("")
            else:
                arguments[-1] += character
        found.append([argument for argument in arguments if argument.strip()])
    return found


def test_every_name_of_the_facade_exists() -> None:
    facade = set(re.findall(r"Synerise\.(\w+)", "".join(block.text for block in BLOCKS) + prose()))
    missing = {name for name in facade - set(MODULES) if not hasattr(SyneriseFacade, name)}
    assert missing == set()
    assert "Client" in facade


def test_every_with_method_exists_and_none_is_left_out() -> None:
    named = set(re.findall(r"\bwith[A-Z]\w*", GUIDE))
    assert named == {name for name in dir(SyneriseInitializer) if name.startswith("with")}


def test_every_name_in_the_prose_exists() -> None:
    """A name is what stands in backticks and looks like one: a class, a member, a method."""
    known = set(synerise_client.__all__) | set(METHODS) | set(MODULES) | set(ROUTES)
    known |= set(dir(SyneriseFacade)) | set(dir(SyneriseInitializer)) | set(dir(ClientModule))
    known |= set(dir(synerise_client.Synerise.Settings.sdk)) | set(ErrorCode.__members__)
    known |= {each for kind in kinds_of_models() for each in dir(kind)}
    known |= {"httpStatus", "errorCode", "causes", "path", "traceId", "code", "message"}
    camel = {name for name in re.findall(r"`(\w+)[`(]", prose()) if re.search(r"[a-z][A-Z]", name)}
    foreign = {"onSuccess", "onError", "onClientSignedIn", "onClientSignedOut"}
    foreign |= {"XFromString", "XToString", "codeFromMail", *dir(builtins)}
    assert camel - known - foreign == set()
    assert len(camel) > 40


def kinds_of_models() -> list[type]:
    models = [getattr(synerise_client, name) for name in synerise_client.__all__]
    return [kind for kind in models if isinstance(kind, type)]


def prose() -> str:
    """Return the guide without its blocks."""
    return re.sub(r"^```.*?^```", "", GUIDE, flags=re.DOTALL | re.MULTILINE)


def table_under(heading: str) -> list[list[str]]:
    """Return the first table below a heading, without its first two rows."""
    section = GUIDE.partition(f" {heading}\n")[2]
    rows = re.findall(r"(?:^\|.*\n)+", section, re.MULTILINE)[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def test_the_table_of_assumed_routes_is_that_of_the_code() -> None:
    told = [(row[0], row[1]) for row in table_under("Routes that are assumed")]
    assert told == [
        (f"`{route.operation}`", f"{route.method} `{route.path}`")
        for route in ROUTES.values()
        if not route.documented
    ]


USES = [
    (row[0].strip("`"), method)
    for row in table_under("Routes that are assumed")
    for method in re.findall(r"\w+", row[2])
]


@pytest.mark.parametrize("method", [method for _, method in USES])
def test_the_reference_says_of_a_method_that_its_route_is_assumed(method: str) -> None:
    assert "route is assumed" in " ".join(str(getattr(ClientModule, method).__doc__).split())


@pytest.mark.parametrize(("operation", "method"), USES)
def test_a_method_uses_the_assumed_route_that_the_guide_names_for_it(
    operation: str, method: str, sandbox: Sandbox
) -> None:
    """Its own block is run, and then the requests that it made are printed."""
    block = next(each for each in shown_for(method) if each.language == "python")
    requests = "print(*[request.operation for request in sandbox.requests])"
    output = subprocess.run(
        [sys.executable, "-c", f"{script_of(block, sandbox)}Synerise.waitUntilIdle()\n{requests}"],
        check=True,
        capture_output=True,
        text=True,
        timeout=30,
    ).stdout
    assert operation in output.splitlines()[-1].split()


def test_the_links_within_the_guide_lead_to_headings() -> None:
    headings = re.findall(r"^#+ (.*)", prose(), re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", title).replace(" ", "-").lower() for title in headings}
    links = set(re.findall(r"\]\(#([^)]*)\)", GUIDE))
    assert links <= anchors
    assert set(headings) >= SECTIONS_WITH_ANNA


def test_the_faults_of_the_javascript_package_are_mended() -> None:
    """Those of the guide's table that its own block cannot show without a phone."""
    token = {
        "tokenString": "t",
        "expirationDate": 2_000_000_000,
        "origin": "GOOGLE",
        "rlm": "client",
    }
    assert (Token.fromObject(token).origin, Token.fromObject(token).rlm) == ("GOOGLE", "client")
    dates = {
        ClientAccountInformation.fromObject({"lastActivityDate": date}).lastActivityDate
        for date in (1_700_000_000, 1_700_000_000_000, "2023-11-14T22:13:20Z")
    }
    assert len(dates) == 1
    assert None not in dates
    assert ClientIdentityProvider.Apple.value == "APPLE"
    assert issubclass(Error, Exception)
