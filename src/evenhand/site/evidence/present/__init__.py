"""An edition's rows as documents, for pages, the API and the command line. Nothing here knows Django."""
