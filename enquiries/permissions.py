"""Who may do what with enquiries in the CMS."""

from django.contrib.auth.models import AbstractBaseUser
from wagtail.permission_policies import ModelPermissionPolicy

from enquiries.models import Enquiry, EnquiryKind

STAFF_MAY = {"view", "change"}  # nobody adds an enquiry, and time or the person deletes it
PERSONAL_DATA = "enquiries.handle_personal_data"


class EnquiryPermissions(ModelPermissionPolicy):
    """Enquiries are seen and answered by the groups of their kind, and by administrators."""

    def __init__(self) -> None:
        super().__init__(Enquiry)

    def user_has_permission(self, user: AbstractBaseUser, action: str) -> bool:
        return action in STAFF_MAY and EnquiryKind.objects.seen_by(user).exists()

    def user_has_any_permission(self, user: AbstractBaseUser, actions: list[str]) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)

    def user_has_permission_for_instance(
        self, user: AbstractBaseUser, action: str, instance: Enquiry
    ) -> bool:
        seen = Enquiry.objects.seen_by(user)
        return action in STAFF_MAY and seen.filter(pk=instance.pk).exists()


class KindPermissions(ModelPermissionPolicy):
    """A form through which something came cannot be deleted; it can be closed."""

    def __init__(self) -> None:
        super().__init__(EnquiryKind)

    def user_has_permission_for_instance(
        self, user: AbstractBaseUser, action: str, instance: EnquiryKind
    ) -> bool:
        if action == "delete" and instance.was_used:
            return False
        return super().user_has_permission_for_instance(user, action, instance)
