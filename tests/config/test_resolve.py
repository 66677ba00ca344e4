"""Where an option's value comes from, and what is refused."""

import subprocess
import sys
import tomllib
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from crawler import config
from crawler.cli.main import _config_first, app
from crawler.config import convert, resolve, sections
from crawler.config.top_level import Config
from crawler.errors import ConfigError
from crawler.site import channels as site
from crawler.watch.alerts import configuration as alerts

WRONG = [
    ("dealy = 2", "unknown option 'dealy'; did you mean 'delay'"),
    ("delay = 0.1", "delay = 0.1: .*below 0.5 s is impolite"),
    ("delay = 'fast'", "delay = 'fast': expected a number of seconds"),
    ("delay = nan", "expected a number of seconds"),
    ("delay = true", "expected a number of seconds"),
    ("retries = 0", "retries = 0: expected a whole number, at least 1"),
    ("retries = 99999999999999999999", "at least 1 and at most 1000"),
    ("retries = 2.5", "expected a whole number"),
    ("max_page_bytes = 7", "between 1024 and"),
    ("database = 'renmin.db'", "sqlite:///path/to/file.db"),
    ("database = 5", "expected a database URL"),
    ("ping_url = 'ftp://h/x'", "http:// or https://"),
    ("contact = 'a'\ncontact_file = 'b'", "both set"),
    ("contact_file = 'missing'", "missing: the secret cannot be read"),
    ("[alert.webhook]\nurl = 'x'", "unknown table 'alert'; did you mean 'alerts'"),
    ("[delay]\nx = 1", "unknown table 'delay'"),
    ("delay", "not valid TOML"),
]
WRONG_CHANNELS = [
    ("[channels.sd]\nenable = false", "unknown option 'enable'; did you mean 'enabled'"),
    ("[channels.sd]\nenabled = 'no'", "expected true or false"),
    ("[channels.sd]\ndelay = 0.2", "between 0.5 and 3600"),
    ("[channels.sd]\nexclude = 'x'", "expected a list of texts"),
    ("[channels.sd]\nlists = [1]", r"pairs \[address, label\]"),
    ("channels = 3", r"expected tables, as in \[channels.NAME\]"),
    ("[channels.SD]\nenabled = true", "small letters"),
]


@pytest.fixture
def toml(tmp_path):
    """Write renmin.toml into a folder that is not the working directory."""

    def write(text):
        path = tmp_path / "elsewhere" / resolve.FILE
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_the_environment_wins_over_the_file_and_the_command_line_over_both(toml):
    """Each value knows where it comes from."""
    path = toml("delay = 2\nretries = 7\nproxy = 'http://a:1'\n")

    found = config.read(
        {"RENMIN_DELAY": "3", "RENMIN_PROXY": "http://b:1"}, path, proxy="http://c:1"
    )

    assert (found.config.delay, found.config.retries, found.config.proxy) == (3.0, 7, "http://c:1")
    assert found.sources["delay"] == "RENMIN_DELAY"
    assert found.sources["retries"] == str(path)
    assert found.sources["proxy"] == "command line"
    assert found.sources["contact"] == "default"


@pytest.mark.parametrize("name", [n for n, o in convert.options(Config).items() if o.in_file])
def test_what_is_secret_may_stand_in_a_file(toml, tmp_path, name):
    """Named by the file, beside which it lies, or by the environment."""
    value = "http://u:s3kr1t@h:1"
    path = toml(f"{name}_file = 'secret'\n")
    (path.parent / "secret").write_text(f"{value}\n")

    by_file = config.load({}, path)
    by_name = config.load(
        {f"RENMIN_{name.upper()}_FILE": str(path.parent / "secret")}, tmp_path / "none"
    )

    assert getattr(by_file, name) == getattr(by_name, name) == value


def test_paths_are_relative_to_the_file(toml):
    """Another folder finds the same database and archive."""
    path = toml("database = 'sqlite:///a.db'\narchive = 'raw.db'\n")

    found = config.load({}, path)

    assert found.database == f"sqlite:///{path.parent}/a.db"
    assert found.archive == str(path.parent / "raw.db")


def test_the_archive_lies_beside_the_database_however_it_is_written():
    """A name is decoded as in any URL, once for both."""
    assert str(Config(database="sqlite:///x%41.db").archive_path) == "xA.archive.db"
    assert str(Config(database="sqlite:///").archive_path) == "output/renmin.archive.db"


def test_a_byte_order_mark_is_no_part_of_the_file(toml):
    """Editors of Windows put one before the first letter."""
    assert config.load({}, toml("\ufeffretries = 7\n")).retries == 7


def test_the_file_is_looked_for_in_order(toml, tmp_path, monkeypatch):
    """What is named, then the working directory, then the machine's."""
    named = toml("")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(resolve, "SYSTEM", tmp_path / "etc.toml")

    assert resolve.find({}) is None
    (tmp_path / "etc.toml").touch()
    assert resolve.find({}) == tmp_path / "etc.toml"
    (tmp_path / resolve.FILE).touch()
    assert str(resolve.find({})) == resolve.FILE
    assert resolve.find({resolve.VARIABLE: str(named)}) == named
    with pytest.raises(ConfigError, match="nowhere: no such file"):
        resolve.find({resolve.VARIABLE: "nowhere"})


@pytest.mark.parametrize(("text", "says"), WRONG)
def test_a_wrong_option_is_named(toml, text, says):
    """With the file, and the nearest name or the form that is expected."""
    path = toml(text)

    with pytest.raises(ConfigError, match=says) as error:
        config.load({}, path)

    assert str(path.parent) in str(error.value)


@pytest.mark.parametrize(("text", "says"), WRONG_CHANNELS)
def test_a_wrong_channel_table_is_named(toml, text, says):
    """With the channel and the option."""
    with pytest.raises(ConfigError, match=says):
        sections.load(toml(text))


def test_the_environment_is_held_against_the_same_types():
    """A text is a number there if it reads as one."""
    assert config.load({"RENMIN_RETRIES": "3"}).retries == 3
    with pytest.raises(ConfigError, match="RENMIN_DELAY = 'x': expected a number of seconds"):
        config.load({"RENMIN_DELAY": "x"})


def test_the_example_says_what_holds_without_it(toml):
    """Every line taken out of its comment, it is read, and changes nothing."""
    printed = CliRunner().invoke(app, ["config", "--example"]).stdout
    bare = "\n".join(line.removeprefix("# ") for line in printed.splitlines()[4:])
    path = toml("\n".join(line for line in bare.splitlines() if not line.startswith("A ")))

    found, default = config.load({}, path), config.Config()
    assert found.database == f"sqlite:///{path.parent}/output/renmin.db"
    assert replace(found, database=default.database) == default
    assert sections.load(path) == {"sd": sections.ChannelTable()}
    assert alerts.load(path) == alerts.defaults()
    assert tomllib.loads(path.read_text()).keys() >= set(convert.options(Config))


def test_a_secret_is_never_shown(toml, monkeypatch):
    """Neither a token nor the password of an address."""
    path = toml(
        "dashboard_token = 's3kr1t-0123456789'\nping_url = 'https://hc.example/s3kr1t'\n"
        "database = 'postgresql://u:s3kr1t@h/d'\n[alerts.email]\npassword = 's3kr1t'\n"
        "[channels.sd]\nenabled = false\n"
    )
    monkeypatch.setenv(resolve.VARIABLE, str(path))

    printed = CliRunner().invoke(app, ["config"])
    site.use(None)

    assert printed.exit_code == 0, printed.output
    assert "s3kr1t" not in printed.output
    assert f"channels.sd.enabled false *** {path}".split()[0] in printed.output


def test_the_file_may_be_named_behind_the_command():
    """``renmin crawl sd --config FILE`` is what people type."""
    assert _config_first(["crawl", "--config", "a"]) == ["--config=a", "crawl"]
    assert _config_first(["crawl", "--config=a", "x"]) == ["--config=a", "crawl", "x"]


def test_reading_a_page_needs_no_settings_library():
    """Who uses the extraction alone neither imports nor pays for it."""
    code = "import sys, crawler.extract, crawler.text; print('msgspec' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(
    "proxy",
    ["", "http://127.0.0.1:8877", "http://u:p@ss@proxy.example:3128/", "https://[::1]:65535"],
)
def test_a_proxy_is_an_http_address(proxy):
    """With or without a password and a port."""
    assert config.load({}, proxy=proxy).proxy == proxy


@pytest.mark.parametrize(
    "proxy",
    [
        "nonsense::",
        "ftp://x:1",
        "proxy:3128",
        "http://",
        "http://h:65536",
        "http://h:0",
        "http://a b",
    ],
)
def test_anything_else_is_no_proxy(proxy):
    """The form that is expected is said."""
    with pytest.raises(ConfigError, match=r"--proxy = .*: expected the address of an HTTP proxy"):
        config.load({}, proxy=proxy)
