"""The checker's rules, one file per kind of content: a shelf of loaded files in, problems out."""
