"""The WSGI application, for ``evenhand serve`` and for any WSGI server."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evenhand.site.config.settings")

application = get_wsgi_application()
