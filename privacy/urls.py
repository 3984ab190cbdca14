"""Where cookie choices are made. The names of the first two are django-cookie-consent's own."""

from django.urls import path

from privacy import views

urlpatterns = [
    path("accept/", views.AcceptView.as_view(), name="cookie_consent_accept"),
    path("decline/", views.DeclineView.as_view(), name="cookie_consent_decline"),
    path("", views.ChoicesView.as_view(), name="cookie_choices"),
]
