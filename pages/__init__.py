"""The site tree. Knows Django and Wagtail, nothing else of ours."""
