"""Who may do what in the CMS, as set up on the first day; administrators may change it after."""

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from wagtail.models import (
    Collection,
    GroupApprovalTask,
    GroupCollectionPermission,
    GroupPagePermission,
    Site,
    Workflow,
    WorkflowPage,
    WorkflowTask,
)

WRITE = ["add_page"]
EDIT = [*WRITE, "change_page"]
PUBLISH = [*EDIT, "publish_page", "lock_page", "unlock_page"]

ADD_FILES = ["add_image", "choose_image", "add_document", "choose_document"]
CHANGE_FILES = [*ADD_FILES, "change_image", "change_document"]

SIGN_IN = ["access_admin"]
LOOK_AFTER_CONTACTS = ["add_contact", "change_contact", "view_contact"]
LOOK_AFTER_TOPICS = ["add_topic", "change_topic", "view_topic"]
LOOK_AFTER_SITE = [
    *LOOK_AFTER_CONTACTS,
    *LOOK_AFTER_TOPICS,
    "delete_contact",
    "delete_topic",
    "change_sitesettings",
    "add_redirect",
    "change_redirect",
    "delete_redirect",
]

HELP_PEOPLE_FIND = [
    "add_synonym",
    "change_synonym",
    "delete_synonym",
    "add_searchpromotion",
    "change_searchpromotion",
    "delete_searchpromotion",
    "view_searchwithoutresults",
    "delete_searchwithoutresults",
]
SAY_WHAT_IS_URGENT = [
    "add_emergencyphrases",
    "change_emergencyphrases",
    "delete_emergencyphrases",
]

WRITE_ABOUT_COOKIES = ["change_cookiegroup", "change_declaredcookie", "view_consentcount"]
LOOK_AFTER_COOKIES = [
    *WRITE_ABOUT_COOKIES,
    "add_declaredcookie",
    "delete_declaredcookie",
    "change_analyticssettings",
]

SET_ENQUIRY_FORMS = [
    "add_enquirykind",
    "change_enquirykind",
    "delete_enquirykind",
    "add_bankholiday",
    "change_bankholiday",
    "delete_bankholiday",
]

# Which enquiries a group sees is set with each form (EnquiryKind.groups).
# Group: what it may do with pages, with files, and with everything else.
GROUPS = {
    "Authors": (WRITE, ADD_FILES, [*SIGN_IN, "view_contact", "view_topic"]),
    "Editors": (
        EDIT,
        CHANGE_FILES,
        [*SIGN_IN, *LOOK_AFTER_CONTACTS, *LOOK_AFTER_TOPICS, *HELP_PEOPLE_FIND],
    ),
    "Publishers": (
        PUBLISH,
        CHANGE_FILES,
        [
            *SIGN_IN,
            *LOOK_AFTER_SITE,
            *WRITE_ABOUT_COOKIES,
            *HELP_PEOPLE_FIND,
            *SAY_WHAT_IS_URGENT,
            *SET_ENQUIRY_FORMS,
        ],
    ),
    "Data protection leads": (
        EDIT,
        ADD_FILES,
        [*SIGN_IN, *LOOK_AFTER_COOKIES, "handle_personal_data"],
    ),
    "Enquiries team": ([], [], SIGN_IN),
}
WORKFLOW = "Approval by a publisher"
WAGTAIL_GROUPS = ["Moderators", "Editors"]
WAGTAIL_WORKFLOW = "Moderators approval"


@transaction.atomic
def make_groups() -> bool:
    """Make the groups and the approval workflow once. Returns whether they were missing."""
    if Group.objects.filter(name="Publishers").exists():
        return False
    Workflow.objects.filter(name=WAGTAIL_WORKFLOW).delete()
    GroupApprovalTask.objects.filter(name=WAGTAIL_WORKFLOW).delete()
    Group.objects.filter(name__in=WAGTAIL_GROUPS, user__isnull=True).delete()
    for name, (page_rights, file_rights, other_rights) in GROUPS.items():
        group, _ = Group.objects.get_or_create(name=name)
        _allow(group, page_rights, file_rights, other_rights)
    _make_workflow(Group.objects.get(name="Publishers"))
    return True


def _allow(
    group: Group, page_rights: list[str], file_rights: list[str], other_rights: list[str]
) -> None:
    home_page = Site.objects.get(is_default_site=True).root_page
    root_collection = Collection.get_first_root_node()
    for right in _permissions(page_rights):
        GroupPagePermission.objects.get_or_create(group=group, page=home_page, permission=right)
    for right in _permissions(file_rights):
        GroupCollectionPermission.objects.get_or_create(
            group=group, collection=root_collection, permission=right
        )
    group.permissions.add(*_permissions(other_rights))


def _permissions(codenames: list[str]) -> list[Permission]:
    """Return the permissions of these names. Raises LookupError if one does not exist."""
    found = {right.codename: right for right in Permission.objects.filter(codename__in=codenames)}
    return [found[codename] for codename in codenames]


def _make_workflow(approvers: Group) -> None:
    task = GroupApprovalTask.objects.create(name=WORKFLOW)
    task.groups.add(approvers)
    workflow = Workflow.objects.create(name=WORKFLOW)
    WorkflowTask.objects.create(workflow=workflow, task=task)
    WorkflowPage.objects.create(
        workflow=workflow, page=Site.objects.get(is_default_site=True).root_page
    )
