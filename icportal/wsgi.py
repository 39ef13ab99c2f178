"""The application for a WSGI server."""

from icportal.app import create_app

application = create_app(migrations=False)
