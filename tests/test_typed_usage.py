"""The typed usage leaves nothing public out."""

from __future__ import annotations

import ast
from pathlib import Path

import synerise_client
from synerise_client import ConnectedClient, SyneriseInitializer, sandbox
from synerise_client.synerise import SyneriseFacade

USAGE = ast.parse((Path(__file__).parent / "typed_usage.py").read_text(encoding="utf-8"))


def methods_of(kind: type) -> set[str]:
    return {name for name in dir(kind) if not name.startswith("_")}


def test_every_public_name_and_method_is_used() -> None:
    names = {node.id for node in ast.walk(USAGE) if isinstance(node, ast.Name)}
    attributes = {node.attr for node in ast.walk(USAGE) if isinstance(node, ast.Attribute)}
    assert {*synerise_client.__all__, *sandbox.__all__} - names == set()
    not_for_users = {"share", "configure", "isActive", "isAlwaysActive"}
    wanted = methods_of(ConnectedClient) - not_for_users
    wanted |= methods_of(SyneriseFacade) | methods_of(SyneriseInitializer)
    assert wanted - attributes == set()
