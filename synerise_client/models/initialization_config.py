"""What goes with a change of the API key."""

from __future__ import annotations

from attrs import define, field

from synerise_client.models.fields import FieldSet, Flag, ModelObject, Text, is_flag, is_text
from synerise_client.models.unset import UNSET


@define(repr=False)
class InitializationConfig(FieldSet):
    """What goes with a new API key, for ``Synerise.changeApiKey``.

    Args:
        modelObject: the fields by name; unknown keys are ignored with a warning.
        requestValidationSalt: kept, but not sent, as it is not public how; never part of the repr.
        initialDoNotTrack: whether doNotTrack is on from then on.
    """

    _modelObject: ModelObject = field(default=None, alias="modelObject")
    requestValidationSalt: Text = field(default=UNSET, kw_only=True, repr=False, validator=is_text)
    initialDoNotTrack: Flag = field(default=UNSET, kw_only=True, validator=is_flag)
