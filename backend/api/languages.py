"""In which language to answer: what the caller accepts, as far as we have the words."""

from typing import Annotated

from fastapi import Depends, Header

from backend.words import chosen


async def _language(
    accept_language: Annotated[
        str,
        Header(
            max_length=400,
            description=(
                "RFC 9110. Texts are in the member's language where there is one, else in the"
                " first of these that we have: fr, en."
            ),
        ),
    ] = "",
) -> str:
    return chosen(accept_language)


Language = Annotated[str, Depends(_language)]
