"""Each page of the documentation runs as it is printed."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from synerise_client import ErrorCode
from synerise_client.api.routes import ROUTES, Auth
from synerise_client.sandbox import Sandbox
from tests.docs.pages import DOCS, ROOT, Follower, Page, all_pages

PAGES = all_pages()
TESTS = ROOT / "tests"
WITH_A_TEST_OF_ITS_OWN = {
    name: path.relative_to(TESTS).as_posix()
    for path in TESTS.rglob("test_*.py")
    if path.parent.name != "docs"
    for name in re.findall(r'"docs" / "([\w-]+\.md)"', path.read_text(encoding="utf-8"))
}
"""The pages that another test reads: it runs their blocks."""

RUN = {"python", "console"}
FOLLOWED = [
    page
    for page in PAGES
    if page.name not in WITH_A_TEST_OF_ITS_OWN
    and any(block.language in RUN for block in page.blocks)
]


@pytest.mark.parametrize("page", FOLLOWED, ids=lambda page: page.name)
@pytest.mark.timeout(180)  # many processes, one after another
def test_everything_on_a_page_happens_as_it_is_printed(
    page: Page, sandbox: Sandbox, tmp_path: Path, counted: Callable[[str, int], None]
) -> None:
    sandbox.add_profile("anna@example.com", "Secret-1", firstName="Anna")
    for what, shown, printed in Follower(sandbox, tmp_path).follow(page):
        assert shown == printed, what
    counted("blocks of the documentation", sum(block.language in RUN for block in page.blocks))


def test_the_long_pages_have_tests_of_their_own() -> None:
    for page, test in (
        ("command-line.md", "cli/test_documentation.py"),
        ("loops.md", "loops/test_loops_guide.py"),
        ("porting.md", "test_porting_guide.py"),
        ("testing.md", "plugin/test_testing_guide.py"),
    ):
        assert WITH_A_TEST_OF_ITS_OWN[page] == test


@pytest.mark.parametrize("page", FOLLOWED, ids=lambda page: page.name)
def test_every_block_that_runs_has_a_language_that_says_so(page: Page) -> None:
    """A script behind another fence would be run by nobody."""
    for block in page.blocks:
        if block.language in RUN | {"text", "mermaid", "sh", "dockerfile"}:
            continue
        assert block.language.startswith("{"), (page.name, block.line, block.language)


@pytest.mark.parametrize("page", FOLLOWED, ids=lambda page: page.name)
def test_every_file_of_a_page_is_used_on_it(page: Page) -> None:
    text = page.text
    for name in re.findall(r"^# (\w+)\.py$", text, re.MULTILINE):
        assert f"python {name}.py" in text or f"from {name} import" in text, name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_says_first_for_whom_it_is(page: Page) -> None:
    text = page.text
    if link := re.fullmatch(r"\[[^]]+\]\(([^)]+)\)\s*", text):
        text = (DOCS / page.name).parent.joinpath(link[1]).resolve().read_text(encoding="utf-8")
    heading, first = text.split("\n\n")[:2]
    assert heading.startswith("# ")
    assert first.startswith("For ")


@pytest.mark.parametrize(
    "path",
    [*ROOT.glob("*.md"), *DOCS.rglob("*.md"), ROOT / "benchmarks" / "README.md"],
    ids=lambda path: path.relative_to(ROOT).as_posix(),
)
def test_every_relative_link_leads_to_a_file_of_the_repository(path: Path) -> None:
    prose = re.sub(r"^```.*?^```", "", path.read_text(), flags=re.DOTALL | re.MULTILINE)
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", prose):
        assert (path.parent / target).exists(), target


def test_the_languages_of_the_python_blocks_can_be_parsed() -> None:
    for page in PAGES:
        for block in page.blocks:
            if block.language == "python":
                ast.parse(block.text)


def test_the_table_of_routes_is_that_of_the_code() -> None:
    words = {Auth.NONE: "none", Auth.ANONYMOUS: "anybody's", Auth.CLIENT: "a customer's"}
    assert rows_of("explanation/api.md") == [
        [
            f"`{route.operation}`",
            f"{route.method} `{route.path}`",
            "documented" if route.documented else "assumed",
            words[route.auth],
            "yes" if route.safe else "no",
        ]
        for route in ROUTES.values()
    ]


def test_the_table_of_methods_has_every_method_with_its_arguments() -> None:
    surface = json.loads((TESTS / "data" / "client-module.json").read_text())
    told = {
        name: re.findall(r"\w+", arguments)
        for names, arguments, _ in rows_of("reference/client.md")
        for name in re.findall(r"\w+", names)
    }
    assert told == {method["name"]: method["params"] for method in surface["methods"]}


def test_the_table_of_codes_is_that_of_the_code() -> None:
    told = {name.strip("`"): int(code) for code, name, _ in rows_of("reference/errors.md")}
    assert told == {code.name: code.value for code in ErrorCode}


def rows_of(page: str) -> list[list[str]]:
    """Return the cells of each row of a page that begins with a name or a number."""
    rows = re.findall(r"^\| (?:`|-?\d).*", (DOCS / page).read_text(), re.MULTILINE)
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
