# ruff: noqa: E501 (a pattern is easier to check on one line)
"""The list of recognizers: add a file, then its class here."""

from plummer.deid.recognizers.accession import AccessionRecognizer
from plummer.deid.recognizers.account import AccountRecognizer
from plummer.deid.recognizers.age import AgeRecognizer
from plummer.deid.recognizers.base import NoteRecognizer
from plummer.deid.recognizers.card import CardRecognizer
from plummer.deid.recognizers.city import CityRecognizer
from plummer.deid.recognizers.county import CountyRecognizer
from plummer.deid.recognizers.cued_name import CuedNameRecognizer
from plummer.deid.recognizers.date import DateRecognizer
from plummer.deid.recognizers.device import DeviceRecognizer
from plummer.deid.recognizers.email import EmailRecognizer
from plummer.deid.recognizers.fax import FaxRecognizer
from plummer.deid.recognizers.given_name import GivenNameRecognizer
from plummer.deid.recognizers.health_plan import HealthPlanRecognizer
from plummer.deid.recognizers.initials import InitialsRecognizer
from plummer.deid.recognizers.ip import IpRecognizer
from plummer.deid.recognizers.large_city import LargeCityRecognizer
from plummer.deid.recognizers.late_age import LateAgeRecognizer
from plummer.deid.recognizers.late_date import LateDateRecognizer
from plummer.deid.recognizers.late_id import LateIdRecognizer
from plummer.deid.recognizers.late_name import LateNameRecognizer
from plummer.deid.recognizers.late_organization import LateOrganizationRecognizer
from plummer.deid.recognizers.late_street import LateStreetRecognizer
from plummer.deid.recognizers.license import LicenseRecognizer
from plummer.deid.recognizers.login import LoginRecognizer
from plummer.deid.recognizers.misspelt_age import MisspeltAgeRecognizer
from plummer.deid.recognizers.misspelt_date import MisspeltDateRecognizer
from plummer.deid.recognizers.misspelt_name import MisspeltNameRecognizer
from plummer.deid.recognizers.mixed_device import MixedDeviceRecognizer
from plummer.deid.recognizers.mixed_plate import MixedPlateRecognizer
from plummer.deid.recognizers.mrn import MrnRecognizer
from plummer.deid.recognizers.organization import OrganizationRecognizer
from plummer.deid.recognizers.other_id import OtherIdRecognizer
from plummer.deid.recognizers.phone import PhoneRecognizer
from plummer.deid.recognizers.place_clinic import PlaceClinicRecognizer
from plummer.deid.recognizers.postcode import PostcodeRecognizer
from plummer.deid.recognizers.role_name import RoleNameRecognizer
from plummer.deid.recognizers.signed_line import SignedLineRecognizer
from plummer.deid.recognizers.small_field import SmallFieldRecognizer
from plummer.deid.recognizers.small_name import SmallNameRecognizer
from plummer.deid.recognizers.small_organization import SmallOrganizationRecognizer
from plummer.deid.recognizers.small_role import SmallRoleRecognizer
from plummer.deid.recognizers.small_street import SmallStreetRecognizer
from plummer.deid.recognizers.small_title import SmallTitleRecognizer
from plummer.deid.recognizers.small_town import SmallTownRecognizer
from plummer.deid.recognizers.spelled_name import SpelledNameRecognizer
from plummer.deid.recognizers.spoken_number import SpokenNumberRecognizer
from plummer.deid.recognizers.ssn import SsnRecognizer
from plummer.deid.recognizers.street import StreetRecognizer
from plummer.deid.recognizers.titled_name import TitledNameRecognizer
from plummer.deid.recognizers.town_zip import TownZipRecognizer
from plummer.deid.recognizers.url import UrlRecognizer
from plummer.deid.recognizers.username import UsernameRecognizer
from plummer.deid.recognizers.vehicle import VehicleRecognizer
from plummer.deid.recognizers.word_name import WordNameRecognizer
from plummer.deid.recognizers.wrapped_phone import WrappedPhoneRecognizer
from plummer.deid.recognizers.zip_code import ZipRecognizer

DETERMINISTIC: tuple[type[NoteRecognizer], ...] = (
    AccessionRecognizer, AccountRecognizer, AgeRecognizer, CityRecognizer, CountyRecognizer,
    CuedNameRecognizer, DateRecognizer, DeviceRecognizer, EmailRecognizer, FaxRecognizer,
    GivenNameRecognizer, HealthPlanRecognizer, IpRecognizer, LargeCityRecognizer, LicenseRecognizer, MrnRecognizer, OrganizationRecognizer,
    OtherIdRecognizer, PhoneRecognizer, SsnRecognizer, StreetRecognizer, TitledNameRecognizer,
    UrlRecognizer, UsernameRecognizer, VehicleRecognizer, ZipRecognizer,
)  # fmt: skip
#: Those that came after the tagger was trained, which takes the findings of all others as evidence: they run behind
#: it, until it is trained again with them.
LATE: tuple[type[NoteRecognizer], ...] = (
    CardRecognizer, InitialsRecognizer, LateAgeRecognizer, LateDateRecognizer, LateIdRecognizer, LateNameRecognizer,
    LateOrganizationRecognizer, LoginRecognizer, MisspeltAgeRecognizer, MisspeltDateRecognizer, MisspeltNameRecognizer,
    MixedDeviceRecognizer, MixedPlateRecognizer, PlaceClinicRecognizer, PostcodeRecognizer, RoleNameRecognizer, SmallFieldRecognizer, SmallNameRecognizer,
    SmallOrganizationRecognizer, SmallRoleRecognizer, SmallStreetRecognizer, SmallTitleRecognizer, SmallTownRecognizer, TownZipRecognizer, WordNameRecognizer,
    WrappedPhoneRecognizer, LateStreetRecognizer, SignedLineRecognizer, SpelledNameRecognizer, SpokenNumberRecognizer,
)  # fmt: skip


def deterministic() -> list[NoteRecognizer]:
    """A fresh instance of every deterministic recognizer.

    Example:
        >>> len({recognizer.name for recognizer in deterministic()}) == len(DETERMINISTIC)
        True
    """
    return [recognizer() for recognizer in DETERMINISTIC]


def late() -> list[NoteRecognizer]:
    """A fresh instance of every recognizer that runs behind the tagger.

    Example:
        >>> len(late()) == len(LATE)
        True
    """
    return [recognizer() for recognizer in LATE]
