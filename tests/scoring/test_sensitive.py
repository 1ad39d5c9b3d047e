"""Names of columns that may not decide, and names that only look like them."""

import pytest

from forbear.scoring.errors import ScoringRefused
from forbear.scoring.sensitive import (
    Treatment,
    refused_columns,
    require_allowed,
    sensitive_attribute,
    sensitive_attributes,
    watched_columns,
    words_of,
)


@pytest.mark.parametrize(
    ("column", "attribute"),
    [
        ("SEX", "sex"), ("CODE_GENDER", "sex"), ("Gender", "sex"), ("性别", "sex"),
        ("client_性别_code", "sex"), ("MARRIAGE", "marital_status"), ("marital.2", "marital_status"),
        ("NAME_FAMILY_STATUS", "marital_status"), ("maritalStatus", "marital_status"),
        ("婚姻状况", "marital_status"), ("race", "ethnicity"), ("民族", "ethnicity"),
        ("Nationality", "nationality"), ("religion", "religion"), ("宗教信仰", "religion"),
        ("政治面貌", "politics"), ("health_status", "health"), ("is_disabled", "health"),
        ("sexual_orientation", "sexual_life"), ("faceId", "biometrics"), ("指纹", "biometrics"),
        ("户籍地", "birthplace"), ("place_of_birth", "birthplace"),
        ("latitude_1dp", "precise_location"), ("longitude_1dp", "precise_location"),
        ("GPS_lat", "precise_location"), ("referredby", "third_persons"),
        ("emergency_contact_phone", "third_persons"), ("紧急联系人电话", "third_persons"),
        ("通讯录人数", "third_persons"), ("numFriends", "third_persons"), ("is_minor", "minors"),
        ("AGE", "age"), ("DAYS_BIRTH", "age"), ("birth_year", "age"), ("年龄", "age"),
        ("EDUCATION", "education"), ("NAME_EDUCATION_TYPE", "education"), ("学历", "education"),
        ("CNT_CHILDREN", "dependents"), ("NumberOfDependents", "dependents"),
        ("zip_code_prefix", "region"), ("省份", "region"),
    ],
)  # fmt: skip
def test_name_is_found(column: str, attribute: str) -> None:
    found = sensitive_attribute(column)
    assert found is not None
    assert found.id == attribute


@pytest.mark.parametrize(
    "column",
    [
        "essex_branch_days", "trace_id", "amount_minor", "principal_minor", "days_past_due",
        "contact_attempts_30d", "right_party_contacts_90d", "PAY_0", "BILL_AMT1", "LIMIT_BAL",
        "page_views", "average_balance", "usage_ratio", "percentage", "latest_payment_days",
        "plateau", "mailing_days", "wage_minor", "Healthcare.social.help", "due_day_of_month", "relative_amount", "utilisation", "embrace",
    ],
)  # fmt: skip
def test_ordinary_name_raises_no_alarm(column: str) -> None:
    assert sensitive_attribute(column) is None


def test_words_are_divided_by_capitals_and_separators() -> None:
    assert words_of("NumberOfTime30-59DaysPastDueNotWorse") == (
        "number", "of", "time30", "59", "days", "past", "due", "not", "worse",
    )  # fmt: skip


def test_refusal_names_column_reason_and_remedy() -> None:
    with pytest.raises(ScoringRefused) as caught:
        require_allowed(["PAY_0", "SEX"], allowed={})
    assert caught.value.code == "sensitive-column"
    assert str(caught.value) == (
        "Column SEX is sensitive (sex): Sex or gender says nothing about paying and may not decide "
        "about a person. Source: ECOA Regulation B, 12 CFR 1002.6(b)(1) as example of other "
        "jurisdictions; PIPL Art. 24 (no unreasonable difference in automated decisions). Leave it "
        "out with --drop SEX, or, where the law allows it, give a reason that the card will carry: "
        "--allow-sensitive SEX=REASON."
    )


def test_reason_allows_and_an_empty_one_does_not() -> None:
    require_allowed(["SEX"], allowed={"SEX": "ordered by the regulator's study"})
    with pytest.raises(ScoringRefused):
        require_allowed(["SEX"], allowed={"SEX": "  "})


def test_watched_columns_are_allowed_and_listed() -> None:
    require_allowed(["AGE", "EDUCATION"], allowed={})
    assert list(watched_columns(["AGE", "PAY_0", "EDUCATION"])) == ["AGE", "EDUCATION"]
    assert refused_columns(["AGE", "PAY_0"]) == {}


def test_every_entry_has_reason_and_source() -> None:
    entries = sensitive_attributes()
    assert [one.id for one in entries if one.treatment is Treatment.WATCHED] == [
        "age", "education", "dependents", "region",
    ]  # fmt: skip
    assert all(one.reason and one.source and one.words and one.chinese for one in entries)
