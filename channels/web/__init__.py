"""The web pages around the widget. ``static/`` and ``templates/`` hold what the browser gets."""
