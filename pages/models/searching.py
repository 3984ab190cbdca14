"""What editors do about search, and the searches that found nothing."""

from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from wagtail.admin.panels import FieldPanel

from pages.scrubbing import LONGEST_KEPT
from pages.words import stems, words

LONGEST_ENTRY = 300  # characters
LONGEST_PHRASE = 8  # words
MOST_PHRASES = 20
DAYS_KEPT = 90

Stems = tuple[str, ...]


def phrases_of(text: str, between: str = ",") -> tuple[str, ...]:
    """Return the phrases of a list that an editor typed, each once, with single spaces."""
    phrases = (" ".join(phrase.split()) for phrase in text.split(between))
    return tuple(dict.fromkeys(phrase for phrase in phrases if phrase))


def as_searched(phrase: str) -> Stems:
    """Return what tells one phrase from another in a search: its words without their endings."""
    return tuple(stems(words(phrase)))


def check_phrases(phrases: tuple[str, ...]) -> None:
    """Refuse phrases that could never be found in a search, and none at all.

    Raises ValidationError.
    """
    if not phrases:
        message = "Write at least one word."
        raise ValidationError(message)
    for phrase in phrases:
        if not words(phrase):
            message = f"“{phrase}” has no letter or number to search for."
            raise ValidationError(message)
        if len(words(phrase)) > LONGEST_PHRASE:
            message = f"“{phrase}” is too long: write {LONGEST_PHRASE} words at most."
            raise ValidationError(message)


class Synonym(models.Model):
    """Words that people type, and words to search for besides."""

    typed = models.CharField(
        "what people type",
        max_length=LONGEST_ENTRY,
        help_text="One or more words or phrases, with commas between: flu jab, flu injection. "
        "Leave out plurals and other endings: search knows them.",
    )
    means = models.CharField(
        "what to look for as well",
        max_length=LONGEST_ENTRY,
        help_text="The words that the website uses, with commas between: flu vaccination.",
    )

    panels = [FieldPanel("typed"), FieldPanel("means")]

    class Meta:
        ordering = ["typed"]

    def __str__(self) -> str:
        return self.typed

    @property
    def typed_phrases(self) -> tuple[str, ...]:
        return phrases_of(self.typed)

    @property
    def meant_phrases(self) -> tuple[str, ...]:
        return phrases_of(self.means)

    def clean(self) -> None:
        """Refuse phrases that say nothing, say the same, or stand in another entry.

        Raises ValidationError.
        """
        self.check_words()
        taken = {
            as_searched(phrase): other.typed
            for other in Synonym.objects.exclude(pk=self.pk)
            for phrase in other.typed_phrases
        }
        for phrase in self.typed_phrases:
            if other := taken.get(as_searched(phrase)):
                message = f"“{phrase}” is in another entry already: “{other}”. Change that one."
                raise ValidationError({"typed": message})

    def check_words(self) -> None:
        """Refuse what is wrong with this entry whatever others say. Raises ValidationError."""
        errors: dict[str, Any] = {}
        for name, phrases in (("typed", self.typed_phrases), ("means", self.meant_phrases)):
            try:
                check_phrases(phrases)
            except ValidationError as error:
                errors[name] = error
            if len(phrases) > MOST_PHRASES:
                errors[name] = f"Write {MOST_PHRASES} words or phrases at most."
        if not errors and (problem := self._same_on_both_sides()):
            errors["means"] = problem
        if errors:
            raise ValidationError(errors)

    def _same_on_both_sides(self) -> str:
        typed = {as_searched(phrase): phrase for phrase in self.typed_phrases}
        for phrase in self.meant_phrases:
            if same := typed.get(as_searched(phrase)):
                return f"“{same}” and “{phrase}” are the same to search: take one out."
        return ""


class EmergencyPhrases(models.Model):
    """Phrases that put one of the NHS's own cards for urgent help above the results."""

    class Card(models.TextChoices):
        CALL_999 = "999", "Call 999"
        MENTAL_HEALTH = "mental health", "Mental health crisis"
        CALL_111 = "111", "Call 111"

    card = models.CharField(max_length=20, choices=Card, help_text="What it tells people to do.")
    phrases = models.TextField(
        max_length=10_000,
        help_text="One word or phrase on each line: chest pain. A search that has it shows the "
        "card. Leave out plurals and other endings: search knows them.",
    )

    panels = [FieldPanel("card"), FieldPanel("phrases")]

    class Meta:
        verbose_name = "list of emergency phrases"
        verbose_name_plural = "emergency phrases"
        ordering = ["card", "pk"]

    def __str__(self) -> str:
        return f"{self.get_card_display()} ({len(self.listed)} phrases)"

    @property
    def listed(self) -> tuple[str, ...]:
        """The phrases one by one."""
        return phrases_of(self.phrases, between="\n")

    def beginning(self) -> str:
        """Return the first phrases, for lists of these records."""
        rest = len(self.listed) - 3
        return ", ".join(self.listed[:3]) + (f" and {rest} more" if rest > 0 else "")

    beginning.short_description = "phrases"

    def clean(self) -> None:
        """Refuse phrases without words. Raises ValidationError."""
        try:
            check_phrases(self.listed)
        except ValidationError as error:
            raise ValidationError({"phrases": error}) from error


class LoadedList(models.Model):
    """A list of the starter content that was loaded, and is not loaded again."""

    name = models.CharField(max_length=20, primary_key=True)

    def __str__(self) -> str:
        return self.name


class SearchWithoutResultsQuerySet(models.QuerySet):
    def kept(self, today: date) -> "SearchWithoutResultsQuerySet":
        """Return what has not expired on that day."""
        return self.filter(last_on__gte=today - timedelta(days=DAYS_KEPT))

    def expired(self, today: date) -> "SearchWithoutResultsQuerySet":
        return self.filter(last_on__lt=today - timedelta(days=DAYS_KEPT))


class SearchWithoutResults(models.Model):
    """Words that found nothing, without what could say who typed them.

    What is kept of visits is a sample: on how many days somebody searched for it.
    """

    words = models.CharField(max_length=LONGEST_KEPT, unique=True)
    days = models.PositiveSmallIntegerField(default=1)
    first_on = models.DateField(default=timezone.localdate, db_index=True)
    last_on = models.DateField(default=timezone.localdate, db_index=True)

    objects = SearchWithoutResultsQuerySet.as_manager()

    class Meta:
        verbose_name = "search without results"
        verbose_name_plural = "searches without results"
        ordering = ["-days", "-last_on", "words"]
        default_permissions = ("view", "delete")

    def __str__(self) -> str:
        return self.words
