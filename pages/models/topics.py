"""What news and publications are about, so that readers can choose by it."""

from django.db import models
from wagtail.admin.panels import FieldPanel


class Topic(models.Model):
    """A subject such as “Winter health”. A page has one at most."""

    name = models.CharField(max_length=60, unique=True, help_text="As readers see it in lists.")
    slug = models.SlugField(
        "short name", unique=True, help_text="In addresses of lists. Links break if it changes."
    )

    panels = [FieldPanel("name"), FieldPanel("slug")]

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
