"""What an amount says beside its number: currency, scale, bounds, and the growth in brackets."""

import pytest

from jumou.domain.currency import MoneyUnit, currency_of, money_unit
from jumou.domain.region import ProfileIndicator
from jumou.profile import parse_profile


def told(**fact: object) -> ProfileIndicator:
    """The figure that a sparse description with one fact holds."""
    profile = parse_profile(
        {"region": {"name": "Testland", "country": "Norway"}, "background": [{"metric": "turnover", **fact}]}
    )
    return profile.indicators[0]


@pytest.mark.parametrize(
    ("unit", "currency", "scale"),
    [
        ("billion NOK", "NOK", 1e9), ("€m", "EUR", 1e6), ("US$ million", "USD", 1e6), ("C$ bn", "CAD", 1e9),
        ("Rs crore", "INR", 1e7), ("INR lakh crore", "INR", 1e12), ("亿元", "CNY", 1e8), ("百万美元", "USD", 1e6),
        ("千亿日元", "JPY", 1e11), ("hundred million yuan", "CNY", 1e8), ("mln zł", "PLN", 1e6), ("人民币万元", "CNY", 1e4),
    ],
)  # fmt: skip
def test_an_amount_of_money_has_a_currency_and_a_scale(unit: str, currency: str, scale: float) -> None:
    assert money_unit(unit) == MoneyUnit(currency, scale)


@pytest.mark.parametrize("unit", ["元/人", "EUR per head", "million tonnes", "万人次", "MWh", "%", "家", "million", ""])
def test_what_is_no_amount_has_no_currency(unit: str) -> None:
    assert money_unit(unit) is None


@pytest.mark.parametrize(
    ("country", "code"),
    [("Gujarat, India", "INR"), ("Indonesia", "IDR"), ("New South Wales, Australia", "AUD"), ("Wales, UK", "GBP"),
     ("波兰", "PLN"), ("印度尼西亚", "IDR"), ("somewhere", "")],
)  # fmt: skip
def test_a_country_has_its_money(country: str, code: str) -> None:
    assert currency_of(country) == code


@pytest.mark.parametrize(
    ("fact", "value", "unit", "status"),
    [
        ({"value": "€7.9 billion"}, 7.9, "billion EUR", ""),
        ({"value": "NOK 12bn"}, 12.0, "billion NOK", ""),
        ({"value": "over £300m"}, 300.0, "million GBP", "lower bound"),
        ({"value": "3 billion", "unit": "NOK"}, 3.0, "billion NOK", ""),
        ({"value": ">1600", "unit": "亿元"}, 1600.0, "亿元", "lower bound"),
    ],
)
def test_amounts_are_read_with_their_money(fact: dict[str, object], value: float, unit: str, status: str) -> None:
    cell = told(**fact)
    assert (cell.value, cell.unit, cell.status) == (value, unit, status)


@pytest.mark.parametrize(
    ("fact", "growth"),
    [
        ({"value": 260, "unit": "亿元(-6.5%)"}, -6.5),
        ({"value": 88, "unit": "亿元（同比增长5.1%）"}, 5.1),
        ({"value": "260亿元(-6.5%)"}, -6.5),
        ({"value": "$3.4bn (up 4%)"}, 4.0),
        ({"value": 40, "unit": "亿元(-6.5%)", "growth_percent": 2}, 2.0),
        ({"value": 740, "unit": "万吨/年(开工率48%)"}, None),
        ({"value": 212, "unit": "万吨(占全国约40%)"}, None),
    ],
)
def test_growth_in_brackets_is_growth_and_other_shares_are_not(fact: dict[str, object], growth: float | None) -> None:
    assert told(**fact).growth_percent == growth


def test_growth_stands_in_the_unit_of_a_table_as_well() -> None:
    profile = parse_profile(
        {
            "meta": {"name": "青岚市"},
            "indicators": [{"metric": "地区生产总值", "value": 258.6, "unit": "亿元(+5.1%)", "year": 2023}],
        }
    )
    cell = profile.indicators[0]
    assert (cell.unit, cell.growth_percent) == ("亿元", 5.1)
