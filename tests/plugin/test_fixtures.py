"""The fixtures of the pytest plugin, in projects that use them."""

from __future__ import annotations

import pytest

from tests.plugin.conftest import SIGNED_IN, Run


def test_a_script_is_tested_in_five_lines(run: Run) -> None:
    run(test_it=SIGNED_IN).assert_outcomes(passed=1)


def test_each_test_has_a_customer_and_a_sandbox_of_its_own(run: Run) -> None:
    result = run(
        test_it=f"""
        seen = []

        def test_first(synerise, synerise_sandbox):
            synerise.Settings.sdk.minTokenRefreshInterval = 3600
            synerise.onReady(lambda: seen.append("ready"))
            seen.clear()
            seen.append((synerise.Client.getUUID(), synerise_sandbox.api_key))
            synerise_sandbox.add_profile("anna@example.com", "Secret-1")

        def test_second(synerise, synerise_sandbox):
            ((uuid, api_key),) = seen
            assert synerise.Client.getUUID() != uuid
            assert synerise_sandbox.api_key != api_key
            assert synerise.Settings.sdk.minTokenRefreshInterval == 1800
        {_indented(SIGNED_IN)}
        """
    )
    result.assert_outcomes(passed=3)


def _indented(code: str) -> str:
    return code.replace("\n", "\n        ")


def test_requests_are_tried_again_without_waiting(run: Run) -> None:
    result = run(
        test_it="""
        import time

        def test_it(synerise, synerise_sandbox):
            synerise_sandbox.add_profile("anna@example.com", "Secret-1")
            synerise_sandbox.fail("login", status=503, times=4)
            began_at = time.monotonic()
            synerise.Client.signIn("anna@example.com", "Secret-1")
            assert synerise.waitUntilIdle(10)
            assert synerise.Client.isSignedIn()
            assert time.monotonic() - began_at < 5
        """
    )
    result.assert_outcomes(passed=1)


def test_the_store_of_the_one_who_runs_the_tests_is_never_touched(
    run: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = pytester.mkdir("home")
    monkeypatch.setenv("SYNERISE_CLIENT_HOME", str(home))
    result = run(
        test_it="""
        def test_it(synerise):
            synerise.shutdown()
            synerise.Initializer().withApiKey("key").init()
            synerise.Client.destroySession()
        """
    )
    result.assert_outcomes(passed=1)
    assert list(home.iterdir()) == []


def test_routes_that_were_replaced_for_the_real_server_are_not_the_sandboxs(
    run: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    routes = pytester.path / "routes.json"
    routes.write_text('{"login": "/another/path"}')
    monkeypatch.setenv("SYNERISE_CLIENT_ROUTES", str(routes))
    run(test_it=SIGNED_IN).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    "body",
    [
        'assert account == "Anna"',
        'raise LookupError("assert account in the shop")',
    ],
)
def test_a_callback_that_raises_fails_the_test_and_its_traceback_is_shown(
    run: Run, body: str
) -> None:
    result = run(
        test_it=f"""
        def test_it(synerise):
            def shown(account):
                {body}

            synerise.Client.retrieveToken(None, shown)
            assert synerise.waitUntilIdle(10)
        """
    )
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["The callback *shown raised *", "*assert account*"])


def test_a_call_that_is_never_answered_fails_the_test_and_is_named(run: Run) -> None:
    result = run(
        test_it="""
        def test_it(synerise, synerise_sandbox):
            synerise_sandbox.hold("login")
            synerise.Client.signIn("anna@example.com", "Secret-1")
            synerise.Client.getAccount()
        """,
        conftest=IN_A_HURRY,
    )
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["Not answered within * seconds: signIn, getAccount; *hold*"])


IN_A_HURRY = """
import synerise_client.pytest_plugin as plugin
plugin._PATIENCE_SECONDS = 0.3
"""


def test_a_callback_that_does_not_return_fails_the_test_and_hangs_nothing(run: Run) -> None:
    result = run(
        test_it=f"""
        import threading

        def test_it(synerise):
            synerise.Client.retrieveToken(None, lambda: threading.Event().wait())
        {_indented(SIGNED_IN)}
        """,
        conftest=IN_A_HURRY,
    )
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(
        [
            "A callback did not return within * seconds",
            "Synerise.shutdown() did not return: *",
            "Threads of the client are left: synerise-client; * connect() *",
        ]
    )


def test_a_call_that_is_answered_after_the_test_s_last_line_is_waited_for(run: Run) -> None:
    result = run(
        test_it="""
        def test_it(synerise, synerise_sandbox):
            synerise_sandbox.add_profile("anna@example.com", "Secret-1")
            synerise_sandbox.delay("login", 0.2)
            synerise.Client.signIn(
                "anna@example.com", "Secret-1", answered.append, answered.append
            )

        answered = []

        def test_it_was_answered():
            assert answered == [True]
        """
    )
    result.assert_outcomes(passed=2)


def test_a_test_that_fails_by_itself_fails_once(run: Run) -> None:
    result = run(
        test_it="""
        def test_it(synerise, synerise_sandbox):
            synerise_sandbox.hold("login")
            synerise.Client.signIn("anna@example.com", "Secret-1")
            assert False, "by itself"
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*by itself*"])


def test_a_client_that_a_module_initialized_as_it_was_imported_is_told(run: Run) -> None:
    result = run(
        script="""
        from synerise_client import MemoryStorage, Synerise
        Synerise.Initializer().withApiKey("key").withStorage(MemoryStorage()).init()
        """,
        test_it="""
        import script

        def test_it(synerise):
            pass
        """,
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["Synerise is initialized already, *init() in a function*"])


def test_a_test_may_shut_down_and_initialize_again(run: Run) -> None:
    result = run(
        test_it=f"""
        def test_shut_down(synerise):
            synerise.shutdown()

        def test_initialized_again(synerise, synerise_sandbox):
            synerise.shutdown()
            initializer = synerise.Initializer().withApiKey(synerise_sandbox.api_key)
            initializer.withBaseUrl(synerise_sandbox.url).init()
            synerise.Client.retrieveToken()
        {_indented(SIGNED_IN)}
        """
    )
    result.assert_outcomes(passed=3)


def test_tests_may_run_in_parallel(run: Run) -> None:
    names = range(6)
    tests = "".join(SIGNED_IN.replace("test_anna", f"test_{name}") for name in names)
    run("-n", "2", test_it=tests).assert_outcomes(passed=6)
