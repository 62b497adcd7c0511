"""The pytest plugin where nobody wants it, and where what it needs is missing."""

from __future__ import annotations

import configparser

import pytest

from tests.plugin.conftest import ROOT, SIGNED_IN, Run


def test_a_project_that_uses_no_fixture_of_ours_loads_only_the_plugin(run: Run) -> None:
    result = run(
        test_it="""
        import sys

        def test_it():
            ours = {name for name in sys.modules if name.startswith("synerise_client")}
            assert ours == {"synerise_client", "synerise_client.pytest_plugin"}
            assert not {"flask", "requests", "attrs", "sqlite3"} & sys.modules.keys()
        """
    )
    result.assert_outcomes(passed=1)


def test_the_plugin_can_be_switched_off(run: Run) -> None:
    result = run(
        "-p",
        "no:synerise_client",
        test_it="""
        import sys

        def test_without():
            assert "synerise_client" not in sys.modules

        def test_with(synerise):
            pass
        """,
    )
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*fixture 'synerise' not found*"])


@pytest.mark.parametrize("fixture", ["synerise", "synerise_sandbox"])
@pytest.mark.parametrize("missing", ["flask", "werkzeug"])
def test_a_missing_extra_is_named(run: Run, fixture: str, missing: str) -> None:
    gone = f"raise ModuleNotFoundError(\"No module named '{missing}'\", name='{missing}')"
    result = run(test_it=f"def test_it({fixture}): pass", **{missing: gone})
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*pip install 'synerise_client[[]testing]'"])


def test_fixtures_of_a_project_that_are_called_as_ours_go_before_them(run: Run) -> None:
    result = run(
        conftest="""
        import pytest

        @pytest.fixture
        def synerise():
            return "the project's own"
        """,
        test_it="""
        def test_it(synerise):
            assert synerise == "the project's own"
        """,
    )
    result.assert_outcomes(passed=1)


def test_the_fixtures_tell_what_they_are(run: Run) -> None:
    result = run("--fixtures", test_it=SIGNED_IN)
    result.stdout.fnmatch_lines(["synerise_sandbox *", "synerise *"])


def test_the_extra_has_what_the_fixtures_need() -> None:
    setup = configparser.ConfigParser(interpolation=None)
    setup.read(ROOT / "setup.cfg")
    extra = setup["options.extras_require"]["testing"].split()
    assert "%(sandbox)s" in extra
    assert any(each.startswith("pytest>=") for each in extra)
