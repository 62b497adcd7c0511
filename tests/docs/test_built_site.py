"""The documentation as it was built: ``tox -e docs`` builds it and then runs this."""

from __future__ import annotations

import html
import inspect
import os
import re
from pathlib import Path

import pytest

import synerise_client
from synerise_client import ClientModule, ConnectedClient, Synerise, pytest_plugin, sandbox
from synerise_client.aio import AsyncClient
from synerise_client.cli.commands import synerise_client as command_line
from tests.cli.caller import call
from tests.docs.pages import DOCS
from tests.docs.site import BuiltPage, names_in, pages_of

SITE = os.environ.get("SYNERISE_BUILT_SITE", "")
pytestmark = pytest.mark.skipif(not SITE, reason="tox -e docs builds the documentation")


def public_methods(kind: type) -> set[str]:
    return {name for name in dir(kind) if not name.startswith("_")}


@pytest.fixture(scope="module")
def pages() -> dict[Path, BuiltPage]:
    return pages_of(Path(SITE))


@pytest.fixture(scope="module")
def names() -> dict[str, str]:
    return names_in(Path(SITE) / "objects.inv")


def test_every_link_leads_to_a_page_and_to_an_anchor_on_it(pages: dict[Path, BuiltPage]) -> None:
    broken = [
        (str(path), link)
        for path, page in pages.items()
        for link in page.links
        if not link.page.is_file()
        or (link.anchor and link.page in pages and link.anchor not in pages[link.page].anchors)
    ]
    assert broken == []
    assert sum(len(page.links) for page in pages.values()) > 500


def test_every_page_is_at_most_two_clicks_away_from_the_first(pages: dict[Path, BuiltPage]) -> None:
    first = Path(SITE).resolve() / "index.html"
    seen = {first}
    for _ in range(2):
        seen |= {link.page for path in seen for link in pages[path].links if link.page in pages}
    written = {
        (Path(SITE) / path.relative_to(DOCS)).with_suffix(".html").resolve()
        for path in DOCS.rglob("*.md")
    }
    assert len(written) > 20
    assert written <= seen


def test_every_public_name_is_in_the_reference(names: dict[str, str]) -> None:
    wanted = {f"synerise_client.{name}" for name in synerise_client.__all__}
    assert wanted - set(names) == set()


@pytest.mark.parametrize(
    ("kind", "place", "left_out"),
    [
        (ClientModule, "synerise_client.ClientModule", {"share"}),
        (ConnectedClient, "synerise_client.ConnectedClient", public_methods(ClientModule)),
        (AsyncClient, "synerise_client.aio.AsyncClient", set()),
        (type(Synerise), "synerise_client.synerise.SyneriseFacade", set()),
        (type(Synerise.Initializer()), "synerise_client.SyneriseInitializer", set()),
        (
            type(Synerise.Settings.sdk),
            "synerise_client.modules.settings_module.SdkSettings",
            {"watch_do_not_track"},
        ),
        (sandbox.Sandbox, "synerise_client.sandbox.Sandbox", set()),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_every_public_method_is_in_the_reference(
    names: dict[str, str], kind: type, place: str, left_out: set[str]
) -> None:
    missing = public_methods(kind) - left_out - {name.rpartition(".")[2] for name in names}
    assert missing == set()
    told = {name.removeprefix(f"{place}.") for name in names if name.startswith(f"{place}.")}
    assert public_methods(kind) - left_out - told == set()


def test_the_fixtures_and_what_the_sandbox_hands_out_are_in_the_reference(
    names: dict[str, str],
) -> None:
    source = inspect.getsource(pytest_plugin)
    fixtures = re.findall(r"^@pytest\.fixture.*\ndef (\w+)\(", source, re.MULTILINE)
    assert len(fixtures) == 2
    wanted = {f"synerise_client.pytest_plugin.{name}" for name in fixtures}
    wanted |= {f"synerise_client.sandbox.{name}" for name in sandbox.__all__}
    assert wanted - set(names) == set()


def test_the_help_of_every_command_is_in_the_reference_as_it_is_printed(
    pages: dict[Path, BuiltPage], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    path = (Path(SITE) / "reference" / "commands.html").resolve()
    shown = html.unescape(re.sub(r"<[^>]+>", "", path.read_text(encoding="utf-8")))
    for name in command_line.commands:
        assert name in pages[path].anchors
        assert call(name, "--help").out in shown


def test_no_page_names_a_private_module(names: dict[str, str]) -> None:
    private = [name for name in names if any(part.startswith("_") for part in name.split("."))]
    assert private == []
