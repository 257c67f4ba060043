"""The ledger's rows of the requirements each have a vector."""

from loyalty.vectors.run import run_all, table

WRITTEN = """
    CLI-09 CLI-20 CLI-21 CLI-22 CLI-23 CLI-24 CLI-25 CLI-26 CLI-28 CLI-29
    OCT-10 OCT-11 OCT-12 OCT-15 OCT-16 OCT-17 OCT-41 GLO-10 GLO-11 GLO-12
    INV-08 INV-09 INV-10 INV-11 INV-12 INV-13 INV-18
    LSX-26 LSX-31 LSX-49 LSX-55 LSX-56 LSX-57 LSX-58
    SW-02 SW-03 SW-08 SW-09 SW-10 SW-11 SW-16 SW-17
"""


def test_every_row_of_the_ledger_has_a_vector_that_passes() -> None:
    found = {row: (cases, passed) for row, cases, passed in table(run_all())}
    assert set(WRITTEN.split()) - set(found) == set()
    assert all(cases == passed for cases, passed in found.values())
