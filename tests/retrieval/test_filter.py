import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from jumou.retrieval import Filter
from jumou.retrieval.filter import date_bounds, place, places


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("安徽省", "安徽"),
        ("广西壮族自治区", "广西"),
        ("内蒙古自治区", "内蒙古"),
        ("Hefei City", "hefei"),
        ("楚雄彝族自治州", "楚雄"),
        ("恩施土家族苗族自治州", "恩施"),
        ("伊犁哈萨克自治州", "伊犁"),
        ("积石山保安族东乡族撒拉族自治县", "积石山"),
        ("瓦房店市", "瓦房店"),
        ("香港特别行政区", "香港"),
    ],
)
def test_a_regions_rank_does_not_matter(one: str, other: str) -> None:
    assert place(one) == place(other)


@pytest.mark.parametrize("name", ["沙市", "赵县", "铁市"])
def test_a_name_is_not_shortened_to_one_character(name: str) -> None:
    assert place(name) == name


def test_a_full_address_is_also_its_last_part() -> None:
    assert "长春" in places("吉林省长春市")
    assert "瓦房店" in places("辽宁省大连市瓦房店市")
    assert "楚雄" in places("云南省楚雄彝族自治州")
    assert "苏州" in places("江苏省苏州市")


@given(st.text(max_size=12))
def test_any_name_has_a_form(name: str) -> None:
    assert place(place(name)) is not None
    assert places(name)


def test_a_date_covers_the_days_it_may_mean() -> None:
    assert date_bounds("2021") == (20210101, 20211231)
    assert date_bounds("2021-02") == (20210201, 20210231)
    assert date_bounds("2021-02-03") == (20210203, 20210203)
    assert date_bounds("去年") == (0, 0)


@pytest.mark.parametrize("date", ["2021/02", "21", "2021-2"])
def test_a_date_of_another_form_is_refused(date: str) -> None:
    with pytest.raises(ValidationError):
        Filter(issued_from=date)
