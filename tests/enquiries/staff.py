"""Staff of each kind, signed in to the CMS."""

from django.contrib.auth.models import Group, User
from django.test import Client


def member(name: str, *groups: str) -> User:
    """Return a member of staff in these groups, which are made if they are not there."""
    user = User.objects.create_user(name, f"{name}@example.org", "-", first_name=name.title())
    user.groups.set(Group.objects.get_or_create(name=group)[0] for group in groups)
    return user


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client
