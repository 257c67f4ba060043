"""Typing mistakes in a domain are noticed kindly, and right addresses are left alone."""

import pytest

from kiosk.ui.widgets.keyboard_hints import KNOWN_DOMAINS, better_address, distance


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("gmial.com", "gmail.com"),
        ("gmaill.com", "gmail.com"),
        ("gmai.com", "gmail.com"),
        ("gmail.con", "gmail.com"),
        ("gnail.com", "gmail.com"),
        ("hotmial.fr", "hotmail.fr"),
        ("orage.fr", "orange.fr"),
        ("ornage.fr", "orange.fr"),
        ("wandoo.fr", "wanadoo.fr"),
        ("icloud.cmo", "icloud.com"),
        ("outlok.fr", "outlook.fr"),
        ("fre.fr.", None),
        ("laposte.ent", "laposte.net"),
    ],
)
def test_a_slip_in_a_known_domain_is_noticed(typed: str, meant: str | None) -> None:
    assert better_address(f"ines@{typed}") == (f"ines@{meant}" if meant else None)


@pytest.mark.parametrize("domain", KNOWN_DOMAINS)
def test_a_right_address_is_left_alone(domain: str) -> None:
    assert better_address(f"ines@{domain}", finished=True) is None


@pytest.mark.parametrize("domain", KNOWN_DOMAINS)
def test_nothing_is_said_while_a_known_domain_is_being_typed(domain: str) -> None:
    for end in range(len(domain)):
        assert better_address(f"ines@{domain[:end]}") is None


@pytest.mark.parametrize(
    "domain", ["maison-lise.fr", "sfa.fr", "example.com", "u-paris.fr", "mairie-lyon.fr"]
)
def test_an_unknown_domain_is_nobodys_business(domain: str) -> None:
    assert better_address(f"ines@{domain}", finished=True) is None


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("gmail", "gmail.com"), ("gmail.", "gmail.com"), ("orange", "orange.fr"),
     ("gmail.co", "gmail.com")],
)  # fmt: skip
def test_an_unfinished_domain_is_noticed_when_the_customer_goes_on(typed: str, meant: str) -> None:
    assert better_address(f"ines@{typed}", finished=True) == f"ines@{meant}"


@pytest.mark.parametrize("typed", ["", "ines", "ines@", "@gmial.com"])
def test_half_an_address_gets_no_hint(typed: str) -> None:
    assert better_address(typed, finished=True) is None


def test_two_swapped_letters_are_one_slip() -> None:
    assert distance("gmial", "gmail") == 1
    assert distance("gmail", "gmail") == 0
    assert distance("", "abc") == 3
    assert distance("kitten", "sitting") == 3
