"""What the templates of the CMS may ask for, beside what Wagtail and Django have."""

from django import template

from pages.template_functions import in_words

register = template.Library()
register.filter(in_words)
