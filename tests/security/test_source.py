"""What the package's own code does not contain: read from its syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import synerise_client

PACKAGE = Path(synerise_client.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))
FORBIDDEN_MODULES = {"pickle", "cPickle", "_pickle", "dill", "shelve", "marshal", "imp", "pty"}
FORBIDDEN_MODULES |= {"telnetlib", "ftplib", "xmlrpc", "commands", "popen2"}
FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__", "input", "breakpoint"}
FORBIDDEN_ATTRIBUTES = {
    "mktemp",
    "system",
    "popen",
    "_create_unverified_context",
    "CERT_NONE",
    "disable_warnings",
    "set_debuglevel",
}
FORBIDDEN_LITERALS = {"shell": True, "verify": False, "check_hostname": False, "trust_env": True}


def nodes() -> Iterator[tuple[str, ast.AST]]:
    for file in FILES:
        for node in ast.walk(ast.parse(file.read_text())):
            yield f"{file.relative_to(PACKAGE)}:{getattr(node, 'lineno', 0)}", node


def test_the_whole_package_is_read() -> None:
    assert len(FILES) > 60
    assert {"transport.py", "storage.py", "demo.py"} <= {file.name for file in FILES}


def test_nothing_is_imported_that_runs_what_it_reads() -> None:
    found = [
        (place, name)
        for place, node in nodes()
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in _imported(node)
        if name.split(".")[0] in FORBIDDEN_MODULES | {"yaml"}
    ]
    assert found == []


def _imported(node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return [alias.name for alias in node.names]


def test_no_text_is_run_as_code_or_by_a_shell() -> None:
    found = [
        (place, ast.unparse(node.func))
        for place, node in nodes()
        if isinstance(node, ast.Call)
        if isinstance(node.func, ast.Name) and node.func.id in FORBIDDEN_CALLS
    ]
    assert found == []


def test_nothing_is_used_that_is_known_to_be_unsafe() -> None:
    found = [
        (place, node.attr)
        for place, node in nodes()
        if isinstance(node, ast.Attribute) and node.attr in FORBIDDEN_ATTRIBUTES
    ]
    assert found == []


def test_no_check_is_turned_off() -> None:
    given = [
        (place, each.arg, each.value)
        for place, node in nodes()
        if isinstance(node, ast.Call)
        for each in node.keywords
    ]
    assigned = [
        (place, target.attr, node.value)
        for place, node in nodes()
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Attribute)
    ]
    found = [
        (place, name)
        for place, name, value in [*given, *assigned]
        if name in FORBIDDEN_LITERALS
        if isinstance(value, ast.Constant) and value.value is FORBIDDEN_LITERALS[name]
    ]
    assert found == []


def test_no_check_is_an_assert_which_python_o_leaves_out() -> None:
    found = {place.partition(":")[0] for place, node in nodes() if isinstance(node, ast.Assert)}
    assert found == {"storage_compliance.py"}  # which are tests


def test_programs_are_run_by_the_demo_alone_and_only_this_python() -> None:
    found = {
        place.partition(":")[0]
        for place, node in nodes()
        if isinstance(node, (ast.Import, ast.ImportFrom)) and "subprocess" in _imported(node)
    }
    assert found <= {"cli/demo.py"}
    source = (PACKAGE / "cli" / "demo.py").read_text()
    assert source.count("subprocess.") == source.count("subprocess.PIPE") + 1
    assert "command = [sys.executable" in source


def test_no_value_is_written_into_a_statement_of_sql() -> None:
    statements = [
        (place, node.args[0])
        for place, node in nodes()
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "execute"
    ]
    assert len(statements) > 10
    written = [(place, ast.unparse(each)) for place, each in statements if not _is_fixed(each)]
    assert written == []


def _is_fixed(statement: ast.expr) -> bool:
    """Whether a statement is made of constants and of numbers alone."""
    if isinstance(statement, ast.JoinedStr):
        parts = [each for each in statement.values if isinstance(each, ast.FormattedValue)]
        return all(ast.unparse(each.value).startswith(("len(", "int(")) for each in parts)
    if isinstance(statement, ast.IfExp):
        return _is_fixed(statement.body) and _is_fixed(statement.orelse)
    if isinstance(statement, ast.Name):
        return statement.id.isupper() or statement.id == "statement"  # one of SCHEMA
    return isinstance(statement, ast.Constant)
