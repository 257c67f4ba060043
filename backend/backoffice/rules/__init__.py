"""The rules of a program as forms and sentences: every field of the document, none of its JSON.

`shapes` reads the document's own schema; `showing` makes of a document what a form shows, `reading`
makes a document of what a form sent, `telling` says it in sentences. The words are in `words_*`.
"""
