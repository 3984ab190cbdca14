"""Where visitors write to us, and see how far we are."""

from django.urls import URLPattern, path

from enquiries import views
from enquiries.about import PublicSite


def addresses(site: PublicSite) -> list[URLPattern]:
    """Return the addresses of the forms, which look up what messages are about in `site`."""
    return [
        path("", views.list_forms, name="enquiry_forms"),
        path("state/", views.find_state, name="enquiry_find_state"),
        path("state/<str:reference>/<str:secret>/", views.state, name="enquiry_state"),
        path("about/<slug:subject>/", views.SubjectView.as_view(site=site), name="enquiry_subject"),
        path("<slug:slug>/send/", views.SendView.as_view(site=site), name="enquiry_send"),
        path("<slug:slug>/", views.FormView.as_view(site=site), name="enquiry_form"),
    ]
