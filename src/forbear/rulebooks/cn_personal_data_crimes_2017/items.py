"""第五条: from how many items it is grave."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.personal_data import PersonalDataFacts


@rule("CN-CRIM-DATA2017-5")
def grave_number(f: PersonalDataFacts, p: Parameters) -> Verdict:
    """50, 500 or 5,000 items by class; data obtained on duty count double."""
    if not f.is_given_unlawfully:
        return allowed()
    if f.is_on_duty:
        if (
            f.item_class == "location_content_credit_property"
            and f.items * 2 >= p.items_of_first_class
        ):
            return refused("grave_on_duty_first_class")
        if f.item_class == "stay_traffic_health_trade" and f.items * 2 >= p.items_of_second_class:
            return refused("grave_on_duty_second_class")
        if f.items * 2 >= p.items_of_other_class:
            return refused("grave_on_duty")
        return allowed()
    if f.item_class == "location_content_credit_property" and f.items >= p.items_of_first_class:
        return refused("grave_first_class")
    if f.item_class == "stay_traffic_health_trade" and f.items >= p.items_of_second_class:
        return refused("grave_second_class")
    if f.items >= p.items_of_other_class:
        return refused("grave")
    return allowed()
