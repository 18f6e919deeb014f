"""The WSGI application, for ``evenhand serve`` and for any WSGI server."""

from __future__ import annotations

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evenhand.site.config.settings")

application = get_wsgi_application()

if settings.RECORDS:
    from evenhand.site.audit.guard import must_hold

    must_hold()  # no record is served on a database whose audit can be changed
