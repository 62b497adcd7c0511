"""The help of the command line, as it is printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from docutils import nodes
from sphinx.util.docutils import SphinxDirective

if TYPE_CHECKING:
    from typing import ClassVar

WIDTH = 78  # what click leaves of a terminal's 80 columns


class CommandHelp(SphinxDirective):
    """``command-help``: a section for each command, with what ``--help`` prints."""

    option_spec: ClassVar = {}

    def run(self) -> list[nodes.Node]:
        """Make the sections."""
        from synerise_client.cli.commands import synerise_client

        sections: list[nodes.Node] = []
        for name in sorted(synerise_client.commands):
            section = nodes.section(ids=[nodes.make_id(name)], names=[name])
            section += nodes.title(name, name)
            text = help_of(synerise_client, synerise_client.commands[name])
            section += nodes.literal_block(text, text, language="text")
            sections.append(section)
        return sections


def help_of(group: click.Group, command: click.Command) -> str:
    """Return what ``synerise-client COMMAND --help`` prints on a terminal of 80 columns."""
    usual = {"terminal_width": WIDTH, "max_content_width": WIDTH, **group.context_settings}
    with click.Context(group, info_name="synerise-client", **usual) as parent:
        context = click.Context(command, parent, command.name, **usual)
        return click.unstyle(command.get_help(context))
