"""``evenhand serve``: the edition in a browser on this machine."""

from __future__ import annotations

from evenhand.cli.common import home


def serve(*, port: int | None = None, host: str = "127.0.0.1", workspace: bool = False) -> None:
    """Show the edition in a browser on this machine. Stop with Ctrl-C.

    Parameters
    ----------
    port
        The port to listen on; 8000, or the next free one, when left out.
    host
        The address to listen on; only this machine can reach the default.
    workspace
        Open the council workspace too, where the council's own records are measured. On this machine only.
    """
    from evenhand.site.serve import serve as run

    run(host, port, home(), workspace=workspace)
