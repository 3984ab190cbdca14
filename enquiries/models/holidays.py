"""The days that are no working days in England although they are no weekend."""

from datetime import date, timedelta

from django.db import models

ENOUGH_AHEAD = timedelta(days=60)


class BankHoliday(models.Model):
    """A bank holiday (Banking and Financial Dealings Act 1971), or one that was proclaimed."""

    day = models.DateField(unique=True)
    name = models.CharField(max_length=80)

    class Meta:
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.name}, {self.day:%-d %B %Y}"

    @classmethod
    def from_day(cls, day: date) -> set[date]:
        """Return the bank holidays on that day and after it."""
        return set(cls.objects.filter(day__gte=day).values_list("day", flat=True))

    @classmethod
    def gap(cls, today: date) -> str:
        """Return what is missing for dates to be counted right from now on, in words, or nothing.

        The Government publishes them about two years ahead (https://www.gov.uk/bank-holidays).
        """
        last = cls.objects.order_by("day").last()
        if last is None:
            return "No bank holidays are known. Add them, or dates will be counted wrong."
        if last.day < today + ENOUGH_AHEAD or last.day.year <= today.year:
            return (
                f"The last bank holiday known is {last}. Add those that come after it, "
                "or dates will be counted wrong."
            )
        return ""
