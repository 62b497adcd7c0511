"""What callers hand in: a customer's data for registration, sign-in and account updates.

Each class takes its fields as keyword arguments or as one mapping, the modelObject; where both
name a field, the keyword argument counts. Fields can be set later. What was never set is ``UNSET``
and is not sent, None is sent as null.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from attrs import define, field

from synerise_client.models.agreements import ClientAgreements
from synerise_client.models.enums import ClientSex, ClientSexFromString
from synerise_client.models.fields import (
    FieldSet,
    ModelObject,
    Text,
    is_required_secret,
    is_required_text,
    is_text,
    warn,
    wrong_type,
)
from synerise_client.models.unset import UNSET, UnsetType

Sex: TypeAlias = ClientSex | UnsetType | None
Agreements: TypeAlias = ClientAgreements | UnsetType | None
Attributes: TypeAlias = Mapping[str, Any] | UnsetType | None


def _sex(value: Sex | str) -> Sex:
    if value is None or isinstance(value, UnsetType):
        return value
    sex = ClientSexFromString(value)
    if sex is ClientSex.NotSpecified != value:
        known = ", ".join(each.value for each in ClientSex)
        warn(f"What was given as sex counts as NOT_SPECIFIED; known are: {known}")
    return sex


def _agreements(value: Agreements | Mapping[str, Any]) -> Agreements:
    if value is None or isinstance(value, (ClientAgreements, UnsetType)):
        return value
    if isinstance(value, Mapping):
        return ClientAgreements(value)
    raise wrong_type("agreements", "a ClientAgreements, a mapping or None", value)


def _attributes(value: Attributes) -> Attributes:
    if value is None or isinstance(value, (Mapping, UnsetType)):
        return value
    raise wrong_type("attributes", "a mapping or None", value)


@define(repr=False)
class _Consents(FieldSet):
    agreements: Agreements = field(default=UNSET, kw_only=True, converter=_agreements)
    attributes: Attributes = field(default=UNSET, kw_only=True, converter=_attributes)


@define(repr=False)
class _Person(_Consents):
    phone: Text = field(default=UNSET, kw_only=True, validator=is_text)
    firstName: Text = field(default=UNSET, kw_only=True, validator=is_text)
    lastName: Text = field(default=UNSET, kw_only=True, validator=is_text)
    sex: Sex = field(default=UNSET, kw_only=True, converter=_sex)
    company: Text = field(default=UNSET, kw_only=True, validator=is_text)
    address: Text = field(default=UNSET, kw_only=True, validator=is_text)
    city: Text = field(default=UNSET, kw_only=True, validator=is_text)
    province: Text = field(default=UNSET, kw_only=True, validator=is_text)
    zipCode: Text = field(default=UNSET, kw_only=True, validator=is_text)
    countryCode: Text = field(default=UNSET, kw_only=True, validator=is_text)


@define(repr=False)
class _Profile(_Person):
    displayName: Text = field(default=UNSET, kw_only=True, validator=is_text)
    birthDate: Text = field(default=UNSET, kw_only=True, validator=is_text)
    avatarUrl: Text = field(default=UNSET, kw_only=True, validator=is_text)


@define(repr=False)
class _IdentifiedProfile(_Profile):
    email: Text = field(default=UNSET, kw_only=True, validator=is_text)
    customId: Text = field(default=UNSET, kw_only=True, validator=is_text)
    uuid: Text = field(default=UNSET, kw_only=True, validator=is_text)


@define(repr=False)
class ClientAccountRegisterContext(_Person):
    """A new account, for ``registerAccount``.

    Args:
        email: the e-mail address to register.
        password: the password; never part of the repr.
        modelObject: the other fields by name; unknown keys, among them email and password, are
            ignored with a warning.
        phone: phone number.
        customId: the customer's identifier in the caller's own system.
        firstName: first name.
        lastName: last name.
        sex: a ``ClientSex`` or its string; an unknown string is ``ClientSex.NotSpecified``.
        company: company.
        address: street and number.
        city: city.
        province: province.
        zipCode: postal code.
        countryCode: country code.
        agreements: a ``ClientAgreements``, or a mapping of its flags.
        attributes: custom attributes, any JSON values.
    """

    email: str = field(validator=is_required_text)
    password: str = field(repr=False, validator=is_required_secret)
    _modelObject: ModelObject = field(default=None, alias="modelObject")
    customId: Text = field(default=UNSET, kw_only=True, validator=is_text)


@define(repr=False)
class ClientAccountUpdateBasicInformationContext(_Profile):
    """Changes to an account's basic information, for ``updateAccountBasicInformation``.

    Unlike ``ClientAccountUpdateContext`` it has no email, customId and uuid.

    Args:
        modelObject: the fields by name; unknown keys are ignored with a warning.
        displayName: the name to show.
        birthDate: date of birth, a string: ``YYYY-MM-DD``.
        avatarUrl: address of a picture.
        phone, firstName, lastName, sex, company, address, city, province, zipCode, countryCode:
            as in ``ClientAccountRegisterContext``.
        agreements, attributes: as in ``ClientAccountRegisterContext``.
    """

    _modelObject: ModelObject = field(default=None, alias="modelObject")


@define(repr=False)
class ClientAccountUpdateContext(_IdentifiedProfile):
    """Changes to the account of the customer who is signed in, for ``updateAccount``.

    Args:
        modelObject: the fields by name; unknown keys are ignored with a warning.
        email: E-mail address.
        customId: the customer's identifier in the caller's own system.
        uuid: the customer's UUID.
        displayName, birthDate, avatarUrl: as in ``ClientAccountUpdateBasicInformationContext``.
        phone, firstName, lastName, sex, company, address, city, province, zipCode, countryCode:
            as in ``ClientAccountRegisterContext``.
        agreements, attributes: as in ``ClientAccountRegisterContext``.
    """

    _modelObject: ModelObject = field(default=None, alias="modelObject")


@define(repr=False)
class ClientSimpleAuthenticationData(_IdentifiedProfile):
    """The data of a customer who is signed in without a password, for ``simpleAuthentication``.

    Args:
        modelObject: the fields by name; unknown keys are ignored with a warning.
        email, customId, uuid: as in ``ClientAccountUpdateContext``.
        displayName, birthDate, avatarUrl: as in ``ClientAccountUpdateBasicInformationContext``.
        phone, firstName, lastName, sex, company, address, city, province, zipCode, countryCode:
            as in ``ClientAccountRegisterContext``.
        agreements, attributes: as in ``ClientAccountRegisterContext``.
    """

    _modelObject: ModelObject = field(default=None, alias="modelObject")


@define(repr=False)
class ClientAuthContext(_Consents):
    """What goes with a provider's token, for ``authenticate`` and ``authenticateConditionally``.

    Args:
        modelObject: the fields by name; unknown keys are ignored with a warning.
        authID: the customer's identifier at the provider; the same one gives the same UUID.
        agreements: a ``ClientAgreements``, or a mapping of its flags.
        attributes: custom attributes, any JSON values.
    """

    _modelObject: ModelObject = field(default=None, alias="modelObject")
    authID: Text = field(default=UNSET, kw_only=True, validator=is_text)
