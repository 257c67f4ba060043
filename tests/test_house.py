"""The house is in order: its rooms, each file's first line, and nothing of anybody's machine."""

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

OUTSIDE_THE_CONTRACTS = {"benchmarks", "tests"}

A_PERSONS_FOLDER = re.compile(
    rb"(?<![\w.])(?:/home/(?!pi/)|/root/|/Users/|/mnt/|/media/|[A-Z]:\\)[\w.-]+"
)
A_REGISTRY = re.compile(
    rb"https?://[\w.-]*(?:pypi\.org|pythonhosted\.org|debian\.org/debian|deb\.debian\.org"
    rb"|piwheels\.org|npmjs\.(?:org|com)|crates\.io|golang\.org|rubygems\.org|docker\.io|ghcr\.io"
    rb"|raspberrypi\.(?:org|com)/(?:debian|raspbian)|anaconda\.(?:org|com)|jsdelivr\.net|unpkg\.com)"
)


def test_the_rooms_are_those_of_the_import_contracts() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contracts = set(project["tool"]["importlinter"]["root_packages"])
    rooms = {
        path.parts[0] for path in tracked() if len(path.parts) == 2 and path.name == "__init__.py"
    }
    assert rooms - OUTSIDE_THE_CONTRACTS == contracts
    outside = {path.parts[0] for path in tracked() if path.suffix == ".py"} - rooms
    assert outside <= {".ci", "assets", "docs", "tests"}, "Python that no contract looks at"


def test_every_module_opens_with_what_it_is_for() -> None:
    silent = []
    for path in tracked():
        if path.suffix == ".py" and (text := (ROOT / path).read_text("utf-8")):
            opening = ast.get_docstring(ast.parse(text))
            if not opening or not opening.strip():
                silent.append(str(path))
    assert silent == []


def test_no_file_names_a_folder_of_somebodys_machine() -> None:
    assert mentions(A_PERSONS_FOLDER) == []


def test_no_file_names_where_packages_are_downloaded() -> None:
    """Which mirror a machine uses is the machine's own business; the lock files hold hashes."""
    assert mentions(A_REGISTRY) == []


@pytest.mark.parametrize("text", [b"/home/ann/shop", b'"/root/x"', b"C:\\Users", b" /mnt/disk/x"])
def test_a_folder_of_a_machine_is_recognised(text: bytes) -> None:
    assert A_PERSONS_FOLDER.search(text)


@pytest.mark.parametrize(
    "text", [b"/etc/loyalty-kiosk", b"src/home/page", b"docs/work/", b"/run/x"]
)
def test_a_place_of_the_product_is_no_folder_of_a_machine(text: bytes) -> None:
    assert not A_PERSONS_FOLDER.search(text)


def mentions(pattern: re.Pattern[bytes]) -> list[str]:
    """``path:line: what was found``, in every tracked file that is text."""
    found = []
    for path in tracked():
        body = (ROOT / path).read_bytes()
        if b"\0" in body[:8000] or path == Path(__file__).relative_to(ROOT):
            continue
        for number, line in enumerate(body.splitlines(), 1):
            if match := pattern.search(line):
                found.append(f"{path}:{number}: {match[0].decode(errors='replace')}")
    return found


def tracked() -> list[Path]:
    """The files of the repository that are here, with those not yet added; skips outside of git."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others"]
    try:
        listed = subprocess.run(  # noqa: S603 - constant words
            [*command, "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout: which files are ours is unknown")
    paths = [Path(name.decode()) for name in listed.split(b"\0") if name]
    return [path for path in paths if (ROOT / path).is_file()]
