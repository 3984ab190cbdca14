"""The organisation's facts, each kept once: site settings."""

from datetime import date

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.http import HttpRequest
from django.http.request import split_domain_port
from django.utils import timezone
from wagtail.admin.panels import (
    FieldPanel,
    MultiFieldPanel,
    ObjectList,
    PageChooserPanel,
    TabbedInterface,
)
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.models import Site

from pages.dates import months_before, months_in_words
from pages.kept import kept_for_a_second
from pages.validators import validate_phone

A_CENTURY = 1200  # months


def _footer_page(purpose: str) -> models.ForeignKey:
    return models.ForeignKey(
        "wagtailcore.Page",
        verbose_name=f"{purpose} page",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )


@register_setting(icon="home")
class SiteSettings(BaseSiteSetting):
    """Name, contacts, urgent-help line, footer and successor body of the organisation."""

    name = models.CharField(
        "full name", max_length=150, default="Our organisation", help_text="As in legal documents."
    )
    short_name = models.CharField(
        max_length=60, default="Our organisation", help_text="As in a sentence."
    )
    lock_up_name = models.CharField(
        "name in the header",
        max_length=100,
        blank=True,
        help_text="Without the letters NHS, which stand before it. "
        "Leave empty to show the full name alone.",
    )
    logo = models.ForeignKey(
        "pages.SiteImage",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Replaces the name in the header. Only a logo that you have the right to use.",
    )

    address = models.TextField("postal address", blank=True, help_text="One line for each line.")
    phone = models.CharField(max_length=30, blank=True, validators=[validate_phone])
    email = models.EmailField("e-mail for enquiries", blank=True)
    media_contact = models.ForeignKey(
        "pages.Contact",
        verbose_name="contact for the media",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    old_after_months = models.PositiveSmallIntegerField(
        "news is old after",
        null=True,
        blank=True,
        default=24,
        validators=[MinValueValidator(1), MaxValueValidator(A_CENTURY)],
        help_text="In months. Older news says so, and search puts it below what is newer. "
        "Leave empty for never.",
    )

    urgent_line = models.CharField(
        "line for urgent help",
        max_length=100,
        blank=True,
        help_text="At the top of every page. A phone number such as 111 in it becomes a link.",
    )
    emergency_line = models.CharField(
        "line for emergencies",
        max_length=100,
        blank=True,
        help_text="Beside it. 999 in it becomes a link.",
    )

    complaints_text = models.TextField(
        blank=True, help_text="In the footer, before the link to the complaints page."
    )
    complaints_page = _footer_page("complaints")
    accessibility_page = _footer_page("accessibility statement")
    privacy_page = _footer_page("privacy notice")
    cookies_page = _footer_page("cookie policy")
    about_site_page = _footer_page("about this website")
    credit_line = models.CharField(
        max_length=200, blank=True, help_text="The last line of the footer."
    )

    successor_name = models.CharField(
        "name of the successor body",
        max_length=150,
        blank=True,
        help_text="Filled in, every page says that the organisation closed and who took over.",
    )
    successor_url = models.URLField("its website", blank=True)
    successor_date = models.DateField("the day it took over", null=True, blank=True)
    successor_note = models.TextField("what readers must know", blank=True)

    select_related = ["logo", "media_contact"]

    edit_handler = TabbedInterface(
        [
            ObjectList(
                [
                    FieldPanel("name"),
                    FieldPanel("short_name"),
                    FieldPanel("lock_up_name"),
                    FieldPanel("logo"),
                ],
                heading="Organisation",
            ),
            ObjectList(
                [
                    FieldPanel("address"),
                    FieldPanel("phone"),
                    FieldPanel("email"),
                    FieldPanel("media_contact"),
                    MultiFieldPanel(
                        [FieldPanel("urgent_line"), FieldPanel("emergency_line")],
                        heading="Urgent help",
                    ),
                ],
                heading="Contacts and urgent help",
            ),
            ObjectList([FieldPanel("old_after_months")], heading="News"),
            ObjectList(
                [
                    FieldPanel("complaints_text"),
                    PageChooserPanel("complaints_page"),
                    PageChooserPanel("accessibility_page"),
                    PageChooserPanel("privacy_page"),
                    PageChooserPanel("cookies_page"),
                    PageChooserPanel("about_site_page"),
                    FieldPanel("credit_line"),
                ],
                heading="Footer",
            ),
            ObjectList(
                [
                    FieldPanel("successor_name"),
                    FieldPanel("successor_url"),
                    FieldPanel("successor_date"),
                    FieldPanel("successor_note"),
                ],
                heading="Successor body",
            ),
        ]
    )

    class Meta:
        verbose_name = "Organisation and site"

    @classmethod
    def for_request(cls, request: HttpRequest) -> "SiteSettings":
        """Return the settings of a request's site; one query finds both, once in a second."""
        if not hasattr(request, "_wagtail_site"):
            found = _sites_called(split_domain_port(request._get_raw_host())[0])
            if len(found) == 1 and hasattr(found[0], "sitesettings"):
                request._wagtail_site = found[0]
                setattr(request, cls.get_cache_attr_name(), found[0].sitesettings)
        return super().for_request(request)

    @property
    def named_pages(self) -> dict[str, int]:
        """The pages that every page leads to, as keys, by what they are for."""
        names = ("complaints", "accessibility", "privacy", "cookies", "about_site")
        keys = {name: getattr(self, f"{name}_page_id") for name in names}
        return {name: key for name, key in keys.items() if key}

    @property
    def old_before(self) -> date | None:
        """The day before which something is old today; None if nothing ever is."""
        if self.old_after_months is None:
            return None
        return months_before(timezone.localdate(), self.old_after_months)

    @property
    def old_age(self) -> str:
        """How long it takes to become old, in words, such as "2 years"."""
        return months_in_words(self.old_after_months or 0)


@kept_for_a_second
def _sites_called(host: str) -> list[Site]:
    """Return the site that has a host name or is the default one, or two, with their settings."""
    related = (f"sitesettings__{name}" for name in SiteSettings.select_related)
    sites = Site.objects.select_related("root_page", *related)
    return list(sites.filter(Q(hostname=host) | Q(is_default_site=True))[:2])
