"""What every page of the server is made with: back office, till, and the customer's own pages.

A page is a plain function that takes a `Page` (who looks, in which language) and answers with
`page.show("area/name.html", …)` or `page.go("/where")`. Templates stand in `backend/templates`, one
folder an area; a form's fields come from the `Form`, and what the API's routes do is called, not
written again.
"""
