"""What this site and its services keep in a visitor's browser, and who agreed to what.

Groups and cookies are django-cookie-consent's own records, so that its consent cookie, forms and
views read the same ones. A group's version is the time that its newest cookie was added
(`CookieGroup.get_version`): a later one asks every visitor again.
"""

import re
from fnmatch import fnmatchcase
from typing import Any

from cookie_consent.models import Cookie, CookieGroup
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.deletion import ProtectedError
from django.db.models.signals import post_delete, pre_delete
from django.dispatch import receiver
from django.utils import timezone
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting

from privacy.cookie_forms import DeclaredCookieForm
from privacy.gates import GATES, NECESSARY

NAME = re.compile(r"[\w.:$-]{2,}\*?", re.ASCII)


class DeclaredCookie(Cookie):
    """A cookie, or what else a browser keeps, with the facts that its visitors must be told.

    Privacy and Electronic Communications Regulations 2003, regulation 6(2)(a): clear and
    comprehensive information about the purposes; the ICO adds how long and who by.
    """

    base_form_class = DeclaredCookieForm

    class Kind(models.TextChoices):
        COOKIE = "cookie", "Cookie"
        STORAGE = "storage", "Local storage"

    class Party(models.TextChoices):
        FIRST = "first", "This website"
        THIRD = "third", "Another organisation's website"

    kind = models.CharField(max_length=10, choices=Kind, default=Kind.COOKIE)
    party = models.CharField("set by", max_length=10, choices=Party, default=Party.FIRST)
    provider = models.CharField(
        max_length=80, help_text="Whose it is, for example: Google Analytics."
    )
    duration = models.CharField(
        "how long it lasts", max_length=80, help_text="For example: 90 days."
    )
    from_software = models.BooleanField(default=False, editable=False)

    panels = [
        FieldPanel("cookiegroup", heading="Group"),
        FieldRowPanel([FieldPanel("name"), FieldPanel("kind")]),
        FieldPanel("description", heading="What it is for"),
        FieldRowPanel([FieldPanel("duration"), FieldPanel("provider"), FieldPanel("party")]),
    ]

    class Meta:
        verbose_name = "cookie"
        ordering = ["cookiegroup__ordering", "name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse a name that is none or is declared already, and what a no could not delete.

        A visitor's no deletes what a group's names stand for, so no two groups may share one.
        """
        super().clean()
        if not NAME.fullmatch(self.name):
            message = "Write a cookie's name, or the beginning of one and a star for the rest."
            raise ValidationError({"name": message})
        others = Cookie.objects.exclude(pk=self.pk).select_related("cookiegroup")
        for other in others:
            is_same_group = other.cookiegroup_id == self.cookiegroup_id
            if other.name == self.name:
                raise ValidationError({"name": "This cookie is in the list already."})
            if not is_same_group and self._overlaps(other):
                group = other.cookiegroup.name.lower()
                raise ValidationError({"name": f"It also stands for {other.name} of the {group}."})
        is_ours = (self.kind, self.party) == (self.Kind.STORAGE, self.Party.FIRST)
        if is_ours and self.cookiegroup_id and not self.cookiegroup.is_required:
            message = "After a no, this website deletes cookies alone, so it may keep nothing else."
            raise ValidationError({"kind": message})

    def _overlaps(self, other: Cookie) -> bool:
        return fnmatchcase(other.name, self.name) or fnmatchcase(self.name, other.name)


class GateRecord(models.Model):
    """What visitors were last asked to let in with a group, to see when that has changed."""

    cookiegroup = models.OneToOneField(
        CookieGroup, on_delete=models.CASCADE, primary_key=True, related_name="gate_record"
    )
    lets_in = models.JSONField()

    def __str__(self) -> str:
        return str(self.cookiegroup)


class ConsentCount(models.Model):
    """How many visitors answered what for a group on a day: all that is kept of any answer."""

    day = models.DateField()
    group = models.CharField(max_length=32)
    accepted = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-day", "group"]
        constraints = [models.UniqueConstraint(fields=["day", "group"], name="one_count_a_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.group}"


@register_setting(icon="view")
class AnalyticsSettings(BaseSiteSetting):
    """Google Analytics: where it is on, and for visitors who agreed."""

    ga_measurement_id = models.CharField(
        "Google Analytics 4 measurement ID",
        max_length=20,
        blank=True,
        validators=[RegexValidator(r"^G-[A-Z0-9]{4,16}$", "It looks like G-AB12CD34EF.")],
        help_text="Empty: analytics is off, and visitors are not asked about it.",
    )

    class Meta:
        verbose_name = "Analytics"


def ask_again(group: CookieGroup) -> None:
    """Give a group a new version, so that every visitor is asked again."""
    newest = group.cookie_set.first()
    if newest:
        newest.created = timezone.now()
        newest.save()


@receiver(pre_delete, sender=CookieGroup)
def keep_groups_in_use(instance: CookieGroup, **_: Any) -> None:
    """Raise ProtectedError for a group that the site's code reads."""
    if instance.varname in {NECESSARY, *GATES}:
        message = "The site's code uses this group."
        raise ProtectedError(message, {instance})


@receiver(pre_delete, sender=Cookie)
@receiver(pre_delete, sender=DeclaredCookie)
def keep_cookies_in_use(instance: Cookie, **_: Any) -> None:
    """Raise ProtectedError for a cookie that the site, or a service it lets in, sets."""
    if DeclaredCookie.objects.filter(pk=instance.pk, from_software=True).exists():
        message = "The site sets this cookie, or lets in who sets it."
        raise ProtectedError(message, {instance})


@receiver(post_delete, sender=Cookie)
def keep_version(instance: Cookie, **_: Any) -> None:
    """Leave the group's version as it was: one cookie fewer needs no new answer."""
    newest = Cookie.objects.filter(cookiegroup_id=instance.cookiegroup_id).first()
    if newest and newest.created < instance.created:
        newest.created = instance.created
        newest.save()
