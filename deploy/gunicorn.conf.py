"""How gunicorn serves the public pages: ``gunicorn -c deploy/gunicorn.conf.py evenhand.site.config.wsgi``.

Everything that differs between machines is in the environment (docs/how-to/council-it.md lists it all).
"""

import os
import re
from urllib.parse import quote

from gunicorn.glogging import Logger

# Before anything imports Polars: a thread pool of the whole machine in every worker would only fight with the others.
os.environ.setdefault("POLARS_MAX_THREADS", "2")

bind = os.environ.get("EVENHAND_BIND", "127.0.0.1:8000")

# A worker a core, and threads in each: a kept page needs a millisecond of a core, and a thread that waits for a slow
# reader costs next to nothing. Each worker holds its own edition and its own store of drawn pages.
workers = int(os.environ.get("EVENHAND_WORKERS", "2"))
worker_class = "gthread"
threads = int(os.environ.get("EVENHAND_THREADS", "4"))

# Off: Polars starts threads when it is imported, and a process that forks with threads at work may hang. Each worker
# imports for itself, which takes about a second and a half and happens beside workers that already answer.
preload_app = False

timeout = 60  # seconds without a sign of life before a worker is replaced: the briefing as PDF is the slowest page
graceful_timeout = 30  # what is being answered when the service restarts is answered whole
keepalive = 5
# Workers are renewed now and then, not at the same time: whatever leaks in a library for drawing never adds up.
max_requests = 20_000
max_requests_jitter = 4_000

# A heartbeat in memory, not on a disk that may be slow or read-only.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108  (gunicorn makes it private)

limit_request_line = 4094
limit_request_fields = 60
limit_request_field_size = 8190

# What a proxy on this machine says about HTTPS is believed; what a stranger says is not.
forwarded_allow_ips = os.environ.get("EVENHAND_PROXY", "127.0.0.1,::1")

# One line a request: when, what, how it ended, how long. No query string (it holds what people typed), no address of
# the reader, no browser: nothing here is personal data.
accesslog = "-" if os.environ.get("EVENHAND_ACCESS_LOG", "1") != "0" else None
access_log_format = '%(t)s "%(m)s %(U)s" %(s)s %(B)s bytes %(M)s ms'


# The secret of a link that lets somebody in: an invitation, a new password.
SECRET = re.compile(r"(/account/(?:invitation|password/reset/key)/).+")


class Lines(Logger):
    """One line a request, whatever is in the path: a path with a line break in it cannot write a line of its own."""

    def atoms(self, resp, req, environ, request_time):
        """As gunicorn's, with the path as it travelled."""
        found = super().atoms(resp, req, environ, request_time)
        path = SECRET.sub(r"\1…", environ.get("PATH_INFO", ""))
        found["U"] = quote(path, safe="/…", encoding="utf-8") if "…" in path else quote(path, encoding="latin-1")
        return found


logger_class = Lines
errorlog = "-"
loglevel = "warning"
proc_name = "evenhand"


def post_worker_init(worker):
    """Draw the headline pages and the measures in the background, so that no visitor waits for them."""
    from evenhand.site.config.wsgi import application
    from evenhand.site.warm import keep_warm

    keep_warm(application, measures=os.environ.get("EVENHAND_WARM") != "headline")
