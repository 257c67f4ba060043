"""The two commands of a fresh machine: what `make` installs and says, and what the gate runs."""

import importlib.util
import itertools
import os
import re
import select
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
WORKSTATION = ROOT / "deploy/workstation"
PACKAGES = WORKSTATION / "packages.txt"


# --- the packages -----------------------------------------------------------------------------


def test_the_set_up_is_a_clean_shell_script() -> None:
    shellcheck = shutil.which("shellcheck")
    if shellcheck is None:
        pytest.skip("shellcheck is not installed")
    checked = call(shellcheck, str(WORKSTATION / "setup.sh"))
    assert checked.stdout == ""


def test_every_package_has_its_reason() -> None:
    lines = [line for line in PACKAGES.read_text("utf-8").splitlines() if line[:1] != "#"]
    assert [line for line in lines if not re.fullmatch(r"[a-z0-9.+-]+ +# \w.*", line)] == []
    assert len(lines) == len({line.split()[0] for line in lines})


def test_every_package_exists_in_debian() -> None:
    names = packages()
    if shutil.which("apt-cache") is None:
        pytest.skip("this machine has no apt")
    known = call("apt-cache", "show", "--no-all-versions", *names).stdout
    if not known:
        pytest.skip("this machine has no package lists")
    assert set(names) - set(re.findall(r"^Package: (.+)$", known, re.MULTILINE)) == set()


# --- the set-up, on a machine made of stand-ins -----------------------------------------------


@dataclass
class Machine:
    """A checkout in a path with a space, and a PATH with nothing but tools we know."""

    folder: Path
    missing: str = ""
    """The packages that dpkg does not have."""
    user: int = 0
    python: str = "3.11.2"
    apt: str = "true"
    """What apt-get does in the end."""
    said: list[str] = field(default_factory=list)

    @property
    def checkout(self) -> Path:
        return self.folder / "a checkout"

    @property
    def done(self) -> str:
        """What was really installed: a line for each call of apt-get, venv and pip."""
        log = self.folder / "done"
        return log.read_text("utf-8") if log.exists() else ""

    def make(self) -> None:
        for name in ("deploy/workstation/setup.sh", "deploy/workstation/packages.txt"):
            (self.checkout / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, self.checkout / name)
        (self.checkout / "requirements").mkdir()
        (self.checkout / "requirements/dev.txt").write_text("kivy==2.3.1\n")
        self.bin.mkdir()
        for tool in TOOLS:
            (self.bin / tool).symlink_to(str(shutil.which(tool)))

    @property
    def bin(self) -> Path:
        return self.folder / "bin"

    def furnish(self) -> None:
        log = f'>>"{self.folder}/done"'
        version = self.python.split(".")[1]
        self.tool("id", f"echo {self.user}")
        self.tool(
            "dpkg-query",
            f'for p in "$@"; do case " {self.missing} --show --showformat=* " in'
            ' *" $p "*) ;; *) echo "$p installed" ;; esac; done',
        )
        self.tool(
            "apt-get", f'echo "apt-get $*" {log}; echo "E: no route to the mirror"; {self.apt}'
        )
        pip = f'[ "$3" = --version ] || echo "pip $*" {log}'
        self.tool(
            "python3",
            f'case "$1" in -c) [ {version} -ge 11 ] && [ {version} -lt 14 ] ;;'
            f' --version) echo "Python {self.python}" ;;'
            f' -m) mkdir -p "$3/bin"; echo "venv" {log};'
            f" printf '#!/bin/sh\\n%s\\n' {shell_word(pip)} >\"$3/bin/python\";"
            ' chmod 755 "$3/bin/python" ;; esac',
        )

    def tool(self, name: str, body: str) -> None:
        (self.bin / name).write_text(f"#!/bin/sh\n{body}\n")
        (self.bin / name).chmod(0o755)

    def set_up(self) -> int:
        """Run the set-up; its exit code, with its lines in `said`."""
        self.furnish()
        script = self.checkout / "deploy/workstation/setup.sh"
        run = call("sh", str(script), env={"PATH": str(self.bin)}, cwd=self.folder)
        assert run.stdout == ""
        self.said = run.stderr.splitlines()
        return run.returncode


PIP_INSTALL = (
    "pip install --disable-pip-version-check --no-input --require-hashes -r requirements/dev.txt"
)
TOOLS = ("sh", "env", "sed", "dirname", "cat", "mkdir", "grep", "tail", "rm", "chmod", "sha256sum")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    machine = Machine(tmp_path)
    machine.make()
    return machine


def test_a_machine_that_has_everything_gets_only_its_virtual_environment(machine: Machine) -> None:
    assert machine.set_up() == 0
    assert machine.said == ["setup: making .venv with Python 3.11.2; it takes a minute or two"]
    assert machine.done.splitlines() == [
        "venv",
        f"pip -m {PIP_INSTALL}",
    ]


def test_a_second_set_up_does_and_says_nothing(machine: Machine) -> None:
    machine.set_up()
    before = machine.done
    assert machine.set_up() == 0
    assert (machine.said, machine.done) == ([], before)


def test_missing_packages_are_installed_and_no_other(machine: Machine) -> None:
    machine.missing = "swig libmtdev1"
    assert machine.set_up() == 0
    assert machine.said[0] == "setup: installing swig libmtdev1"
    installs = [line for line in machine.done.splitlines() if " install " in line]
    assert installs[0].endswith("install -y --no-install-recommends swig libmtdev1")


def test_without_root_and_sudo_one_line_says_what_root_must_run(machine: Machine) -> None:
    machine.missing, machine.user = "swig libmtdev1", 1000
    assert machine.set_up() == 1
    by_hand = "apt-get install --no-install-recommends swig libmtdev1"
    assert machine.said == [f"setup: not root and no sudo; as root run: {by_hand}"]
    assert machine.done == ""


def test_a_sudo_that_refuses_is_no_way_in(machine: Machine) -> None:
    machine.missing, machine.user = "swig", 1000
    machine.tool("sudo", 'echo "a password is required" >&2; exit 1')
    assert machine.set_up() == 1
    assert machine.said == [
        "setup: sudo refuses; as root run: apt-get install --no-install-recommends swig"
    ]


def test_without_a_network_one_line_has_the_reason_and_the_remedy(machine: Machine) -> None:
    machine.missing, machine.apt = "swig", "exit 100"
    assert machine.set_up() == 1
    assert machine.said[-1] == (
        "setup: apt-get could not install swig; E: no route to the mirror (remedy: check the "
        "network and the package sources, then run make again; build/setup.log has all of it)"
    )


def test_another_system_is_told_what_it_lacks(machine: Machine) -> None:
    machine.missing = "swig libmtdev1"
    machine.furnish()
    (machine.bin / "apt-get").unlink()
    said = call(
        "sh",
        str(machine.checkout / "deploy/workstation/setup.sh"),
        env={"PATH": str(machine.bin)},
    ).stderr
    assert said == "setup: this is not Debian; install what corresponds to: swig libmtdev1\n"


@pytest.mark.parametrize("version", ["3.9.2", "3.14.0"])
def test_a_python_that_is_too_old_or_too_new_is_refused(machine: Machine, version: str) -> None:
    machine.python = version
    assert machine.set_up() == 1
    needed = f"Python 3.11, 3.12 or 3.13 is needed, and python3 is Python {version}"
    remedy = "Debian 12 or 13, or a python3.11 in PATH"
    assert machine.said == [f"setup: {needed}; remedy: {remedy}"]
    assert machine.done == ""


def test_new_requirements_are_installed_into_the_same_environment(machine: Machine) -> None:
    machine.set_up()
    (machine.checkout / "requirements/dev.txt").write_text("kivy==2.3.2\n")
    assert machine.set_up() == 0
    assert [line.split()[0] for line in machine.done.splitlines()] == ["venv", "pip", "pip"]


def test_a_checkout_that_was_moved_gets_a_new_environment(machine: Machine) -> None:
    machine.set_up()
    moved = machine.folder / "elsewhere"
    machine.checkout.rename(moved)
    machine.checkout.symlink_to(moved)  # so that the script is found; it looks where it really is
    assert call("sh", str(moved / "deploy/workstation/setup.sh"),
                env={"PATH": str(machine.bin)}).returncode == 0  # fmt: skip
    assert machine.done.splitlines().count("venv") == 2


# --- the suites -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def suites() -> ModuleType:
    spec = importlib.util.spec_from_file_location("suites", ROOT / ".ci/suites.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_suite_has_its_seconds_and_they_stay_under_1500(suites: ModuleType) -> None:
    budgets = suites.read_budgets(ROOT / ".ci/budget")
    assert list(budgets) == list(suites.SUITES)
    assert sum(budgets.values()) <= 1500


def test_budgets_over_the_limit_are_refused(suites: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "budget").write_text("fast 1000  # a comment\nui 501\n")
    with pytest.raises(AssertionError, match="more than 1500 s"):
        suites.read_budgets(tmp_path / "budget")


def test_every_test_is_in_one_suite_or_is_slow_or_needs_hardware(suites: ModuleType) -> None:
    left_out = {"slow": "slow", "hardware": "hardware"}
    markers = project_markers()
    assert set(markers) >= {"slow", "hardware"}
    for worn in itertools.product([False, True], repeat=len(markers)):
        test = dict(zip(markers, worn, strict=True))
        chosen = [name for name, words in suites.MARKERS.items() if selects(words, test)]
        excused = [name for name, words in left_out.items() if selects(words, test)]
        assert len(chosen) == (0 if excused else 1), (test, chosen)


def test_each_suite_of_tests_looks_at_all_of_them(suites: ModuleType) -> None:
    for name, words in suites.MARKERS.items():
        command = [str(word) for word in suites.SUITES[name]]
        assert command[-3:] == ["-m", words, "tests"]


def test_every_file_with_tests_is_one_that_pytest_collects() -> None:
    stray = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "tests").rglob("*.py")
        if not path.name.startswith("test_")
        and re.search(r"^(?:async )?def test_|^class Test", path.read_text("utf-8"), re.MULTILINE)
    ]
    assert stray == []


def test_a_suite_over_its_budget_ends_with_all_it_started(
    suites: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fifo = tmp_path / "alive"
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    lingering = ["sh", "-c", f"exec 3>'{fifo}'; sleep 60 & wait"]
    monkeypatch.setitem(suites.SUITES, "lingering", lingering)
    try:
        assert suites.run_suite("lingering", 1) == 124
        ended = select.poll()
        ended.register(reader, select.POLLHUP)
        assert ended.poll(5_000), "a process of the suite is still there"
    finally:
        os.close(reader)


def test_what_a_suite_did_not_need_is_for_the_next(
    suites: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = dict[str, int]()

    def instantly(name: str, budget_s: int) -> int:
        given[name] = budget_s
        return 0

    monkeypatch.setattr(suites, "run_suite", instantly)
    assert suites.main(["format", "lint", "types"]) == 0
    own = suites.read_budgets(ROOT / ".ci/budget")
    sums = list(itertools.accumulate(own[name] for name in ("format", "lint", "types")))
    assert list(given.values()) == pytest.approx(sums, abs=1)


def test_a_suite_that_fails_ends_the_run_with_its_code(
    suites: ModuleType, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for name, code in (("format", 0), ("lint", 3), ("types", 0)):
        monkeypatch.setitem(
            suites.SUITES, name, [sys.executable, "-c", f"raise SystemExit({code})"]
        )
    assert suites.main(["format", "lint", "types"]) == 3
    said = capfd.readouterr().out
    assert "lint FAILED (3)" in said
    assert "types" not in said


def test_a_suite_that_does_not_exist_is_said_so(
    suites: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert suites.main(["fats"]) == 2
    assert capsys.readouterr().err.startswith("no suite 'fats'; there is check, format, ")


# --- help -------------------------------------------------------------------------------------


def packages() -> list[str]:
    text = PACKAGES.read_text("utf-8")
    return [line.split()[0] for line in text.splitlines() if line[:1] != "#"]


def project_markers() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return [line.partition(":")[0] for line in project["tool"]["pytest"]["ini_options"]["markers"]]


def selects(words: str, worn: Mapping[str, bool]) -> bool:
    """Whether pytest's `-m words` takes a test that wears these markers."""
    python = re.sub(r"\b(?!and\b|or\b|not\b)(\w+)", lambda name: str(worn[name[1]]), words)
    return bool(eval(python, {"__builtins__": {}}))  # noqa: S307 - our own words, now only True, False


def shell_word(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def call(
    *command: str, env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own scripts
        command, env=env, cwd=cwd, capture_output=True, encoding="utf-8", check=False
    )
