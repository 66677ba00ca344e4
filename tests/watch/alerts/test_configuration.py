"""The rules' settings and what an operator may change."""

import pytest

from crawler.errors import ConfigError
from crawler.watch.alerts import configuration
from crawler.watch.alerts.rules import RULES

WRONG = [
    (
        "[alerts.stale]\nthreshold = 1",
        r"\[alerts\]: unknown rule or way 'stale'; known: .*run_missing",
    ),
    ("[alerts.web_hook]\nurl = 'x'", "unknown rule or way 'web_hook'; did you mean 'webhook'"),
    ("[alert.webhook]\nurl = 'x'", "unknown table 'alert'; did you mean 'alerts'"),
    ("dealy = 2", "unknown option 'dealy'; did you mean 'delay'"),
    ("[alerts.run_lost]\nthreshold = 1", "unknown option 'threshold'; known: .*window"),
    ("[alerts.articles_low]\ntitle = 'x'", "unknown option 'title'"),
    ("[alerts.articles_low]\nthreshold = 'half'", "threshold = 'half': expected a number"),
    ("[alerts.articles_low]\nenabled = 1", "enabled = 1: expected true or false"),
    ("[alerts.articles_low]\nwindow = -1", "between 0 and 1000000"),
    ("[alerts.articles_low]\nwindow = 99999999999999999999", "between 0 and 1000000"),
    ("[alerts.articles_low]\nthreshold = nan", "not negative"),
    ("[alerts.articles_low]\nwindow = 1.5", "expected a whole number"),
    ("[alerts.articles_low]\nignore = 'sd'", "expected a list of texts"),
    ("[alerts.articles_low]\nseverity = 'loud'", "expected one of critical, warning, notice"),
    ("[alerts]\narticles_low = 1", r"expected a table: \[alerts.articles_low\]"),
    ("alerts = 1", "expected tables"),
    ("[alerts.webhook]\nurl = 'ftp://example.org'\nsecret = 'x'", "expected http:// or https://"),
    ("[alerts.webhook]\nurl = 'https://example.org/hook'", "no secret"),
    ("[alerts.webhook]\naddress = 'x'", "unknown option 'address'"),
    ("[alerts.email]\nhost = 'mail.example.org'", "sender and to are needed"),
    ("[alerts.email]\nhost = 'h'\nsender = 'a'\nto = ['b']\nsecurity = 'yes'", "starttls, tls"),
    ("[alerts", "not valid TOML"),
]


def load(tmp_path, text):
    file = tmp_path / "renmin.toml"
    file.write_text(text, encoding="utf-8")
    return configuration.load(file)


def test_every_rule_has_its_settings():
    """A rule without a table, or a table without a rule, is found here."""
    assert list(configuration.default_rules()) == list(configuration.load().rules)
    assert configuration.default_rules().keys() == RULES.keys()


def test_without_a_file_all_is_default(tmp_path):
    """Nothing needs to be configured; the log is told."""
    loaded = configuration.load(tmp_path / "renmin.toml")

    assert loaded.rules == configuration.default_rules()
    assert loaded.ways == ("log",)


def test_an_operator_changes_what_was_named_alone(tmp_path):
    """The other options of the rule, and the other rules, stay."""
    text = "delay = 2.0\n[alerts.source_stale]\nthreshold = 60.5\nignore = ['gz']\n"

    loaded = load(tmp_path, text)

    rule = loaded.rules["source_stale"]
    assert (rule.threshold, rule.window, rule.ignore) == (60.5, 7, ("gz",))
    assert loaded.rules["articles_low"] == configuration.default_rules()["articles_low"]


def test_an_ignored_channel_is_ignored_with_its_fields(tmp_path):
    """``gz`` stands for ``gz/captions`` too, but not for ``gzx``."""
    rule = load(tmp_path, "[alerts.field_missing]\nignore = ['gz']").rules["field_missing"]

    assert [rule.ignores(name) for name in ("gz", "gz/captions", "gzx")] == [True, True, False]


def test_ways_are_those_that_have_an_address(tmp_path):
    """A webhook and e-mail are told as soon as they are configured."""
    text = (
        "[alerts.webhook]\nurl = 'https://example.org/hook'\nsecret = 's'\n"
        "[alerts.email]\nhost = 'mail.example.org'\nsender = 'a@example.org'\nto = ['b@example.org']"
    )

    assert load(tmp_path, text).ways == ("log", "webhook", "email")


@pytest.mark.parametrize(("text", "says"), WRONG)
def test_a_wrong_setting_is_named(tmp_path, text, says):
    """The error names file, rule and option, and what is expected."""
    with pytest.raises(ConfigError, match=says) as error:
        load(tmp_path, text)

    assert str(tmp_path / "renmin.toml") in str(error.value)
