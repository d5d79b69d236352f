"""Which cards a preview shows: the samples, or the one that was asked for."""

from __future__ import annotations

import argparse

from tools.preview_cards import Sample, choices, chosen, sample_at, samples


def asked(*arguments: str) -> list[Sample]:
    parser = argparse.ArgumentParser()
    parser.add_argument("--design", default="tessera")
    choices(parser)
    options = parser.parse_args(arguments)
    return chosen(options, options.design, [*samples()])


def test_the_samples_are_those_that_the_documentation_shows() -> None:
    names = [one.name for one in asked()]
    assert names == [
        *("points-bronze", "points-silver", "points-gold", "cashback"),
        *("stamps-0", "stamps-3", "stamps-10"),
    ]
    assert all(one.views.keys() == {"fr", "en"} for one in asked())


def test_a_card_is_shown_at_the_balance_and_in_the_language_that_were_asked_for() -> None:
    (card,) = asked("--balance", "1250", "--language", "fr")
    (view,) = card.views.values()
    assert (view.language, view.balances[0].amount) == ("fr", 1250)
    assert view.tier is not None
    assert (view.tier.name, view.rewards[0].missing) == ("Argent", 0)


def test_a_stamp_card_is_never_fuller_than_full() -> None:
    (card,) = asked("--design", "stamps", "--balance", "7")
    assert card.views["en"].balances[0].amount == 7
    assert sample_at("stamps", 12).views["en"].balances[0].amount == 10
    assert sample_at("stamps", 10).views["en"].rewards
