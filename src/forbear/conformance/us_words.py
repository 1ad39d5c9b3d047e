"""The closed vocabulary of United States case files: every documented key and coded value.

A key or value that is not here is reported, never ignored: a case file that says more than we can
read must not be answered as if it said less. Source: law_other.md, section 1 of the law facts.
"""


def _of(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


CASE_KEYS = _of(
    "id jurisdiction instrument provision comment cite case_kind difficulty scenario expected "
    "explanation confidence"
)
SCENARIO_KEYS = _of("collector consumer persons debts facts facts_coded events proposed_action")
COLLECTOR_KEYS = _of(
    "is_fdcpa_debt_collector buys_defaulted_debt collects_for_others "
    "principal_purpose_is_collection"
)
CONSUMER_KEYS = _of("id home_tz location_evidence deceased is_minor")
EVIDENCE_KEYS = _of("source tz")
PERSON_KEYS = _of("id relation")
DEBT_KEYS = _of(
    "id type account_number_at_placement status disputed limitations_expired "
    "secured_by_enforceable_lien"
)
EVENT_KEYS = _of(
    "at type direction person to by content purpose outcome counted_toward discussed attributed_to "
    "collector_raised consumer_refused consumer_raised intended_debts refers_to statements "
    "statements_coded followup_asked from_number_kind languages text text_coded in_reply_to "
    "bounce_monitoring medium scope given_to debts received_for_debt debt collector used_email "
    "consumer_opted_out email disclosure_shown form opt_out_deadline opt_out_method "
    "names_specific_collector says_email_may_be_used warns_others_may_see opt_out_instructions "
    "respond_to period_end_stated date number how support wording amount "
    "consumer_direction"
)
ACTION_KEYS = _of(
    "type at tz person debts to by purpose content text text_coded number_kind "
    "collector_knows_consumer_at_home in_reply_to expected_outcome employer_requested agent_name "
    "discloses_collector recipient dropped basis reply_number automated opt_out_text "
    "opt_out_method delivered_at opened_at domain_public prior_creditor_account_emails opted_out "
    "subject subject_elements bounce_monitoring sender sender_named_in_creditor_notice address "
    "envelope visibility discloses_debt_collector profile_name_accurate addressee addressee_kind "
    "account_number_shown itemization current_amount combined form changes delivery "
    "electronic_dispute_media itemization_date prior_collector_itemization_date agency_kind "
    "transferee_notified_of_discharge to_debt venue records years"
)
AGENT_NAME_KEYS = _of("kind fixed shared traceable_by_collector")
FACT_KEYS = {
    "inconvenient_times": "weekdays window from to until source",
    "no_known_inconvenient_times": "",
    "no_clarification_obtained": "",
    "represented_by_attorney": "debt attorney_contact_known",
    "consent_to_time": "time medium given_to",
    "employer_provided_address_known": "told_by",
    "consumer_emailed_collector_from_address": "opted_out",
    "address_source": "source",
    "address_obtained_under": "collector provision",
    "creditor_use_of_address": "kinds",
    "consumer_use_of_number": "kinds",
    "reassigned_number_check": "within_60_days",
    "number_known_to_belong_to": "relation",
    "electronic_media_accepted": "media",
    "dispute_media_accepted": "media",
    "unsolicited_no_reply": "",
    "call_frequency_within_limits": "rebutted",
    "obscene_language": "medium",
    "consumer_requested_information": "date callback_consent",
    "payment_failed": "late_fee_set_by late_fee_after collector_can_waive",
    "call_dropped": "date during",
    "offer_repeatable_by_collector": "",
    "statement_required_by_law": "law electronic_consent",
    "mortgage_servicer_under_reg_x": "",
    "venue_facts": "contract_signed_in consumer_resides_in real_property",
    "itemization_date_used": "field date_kind",
    "available_statement": "issued_by issuer_is_creditor",
    "consumer_name_known": "parts",
    "consumer_name_on_notice": "parts",
    "consumer_moved": "new_address_known",
    "calls_recorded": "value",
    "message_content": "marketing names_specific_debt",
    "state_disclosure_required": "greater_protection",
}
SAID_KEYS = {
    "busy_now": "",
    "inconvenient_now": "",
    "inconvenient_times": "weekdays window from to until",
    "convenient_times": "weekdays except_from except_to",
    "inconvenient_place": "place",
    "location_unknown": "",
    "callback_consent": "weekday",
    "callback_consent_revoked": "",
    "call_consent": "any_frequency",
    "opt_out": "scope",
    "employer_prohibits": "",
    "refuses_to_pay": "",
    "denies_debt": "",
    "representation_ended": "debt",
    "third_party_sees_messages": "",
    "ask_convenient_time": "",
    "ask_consent_to_continue": "",
    "threat_of_suit": "",
    "names_employer": "states_debt",
    "seeks_person_handling_estate": "states_debt",
    "voicemail_content": "elements extra",
}
SPEAK_OF_TIMES = frozenset({"inconvenient_times", "convenient_times"})
REQUIRED_ELEMENTS = ("business_name", "reply_request", "contact_person", "phone_number")
ELEMENTS = frozenset(REQUIRED_ELEMENTS) | _of("salutation date_time reply_times any_representative")
WEEKDAYS = {"MO": 0, "TU": 1, "WE": 2, "TH": 3, "FR": 4, "SA": 5, "SU": 6}
CONTACT_EVENTS = _of("call ringless_voicemail sms email portal_message")
EVENT_TYPES = CONTACT_EVENTS | _of(
    "consumer_statement attorney_notice third_party_report consent opt_out "
    "consumer_mails_cease_letter cease_letter_received placement placement_history "
    "portal_session_start portal_session_end portal_address_entry creditor_transfer_notice "
    "letter_mailed undeliverable_notice learned_actual_receipt learned_wrong_number "
    "furnished_to_cra dispute verification_sent payment bankruptcy_proof_of_claim_filed "
    "call_recorded last_collection_activity"
)
CONTACT_ACTIONS = _of(
    "call voicemail sms email push_notification letter social_post social_private_message "
    "social_contact_request"
)
ACTION_TYPES = CONTACT_ACTIONS | _of(
    "show_debt_info_in_portal continue_inbound_call ask_on_same_call send_validation_notice "
    "mail_disclosure furnish_to_cra sell_debt transfer_debt send_debt_data_file apply_payment "
    "file_suit file_proof_of_claim include_state_disclosure purge_records retain_records"
)
OUTCOMES = _of(
    "no_answer voicemail_lcm voicemail_other voicemail_box_full answered_conversation "
    "answered_then_dropped busy not_in_service"
)
CONTENTS = _of(
    "validation_notice model_form_B-1 about_debt discusses_debt required_disclosure "
    "generic_marketing reported_as_settled lcm_only lcm_plus_debt_information"
)
PURPOSES = _of(
    "payment_reminder demand_payment location provide_requested_information "
    "warn_of_creditor_late_fee resume_dropped_call one_day_only_discount "
    "settle_active_collection_litigation periodic_statement_1026.41 "
    "reg_x_1024.39(a)_loss_mitigation_call written_early_intervention_notice_1024.39(d)(3) "
    "analytics_scrubbing_or_archiving"
)
ITEMIZATION_DATES = _of("last_statement charge_off last_payment transaction judgment")
CONSUMER_ID = "P1"
# Coded values by the key they stand under; keys that hold ids, dates or free words are not here.
COMMON_VALUES = {
    "direction": frozenset({"outbound", "inbound"}),
    "content": CONTENTS,
    "purpose": PURPOSES,
    "in_reply_to": frozenset({"consumer_email", "second_consumer_email"}),
}
EVENT_VALUES = {
    **COMMON_VALUES,
    "type": EVENT_TYPES,
    "outcome": OUTCOMES,
    "from_number_kind": frozenset({"home_landline", "mobile", "workplace"}),
    "form": frozenset({"electronic", "paper"}),
    "opt_out_method": frozenset(
        {"hyperlink", "reply_stop", "postal_mail_only", "call_or_write_to_request_a_form"}
    ),
    "respond_to": frozenset({"creditor", "collector", "creditor_and_collector"}),
    "given_to": frozenset({"collector", "creditor"}),
    "how": _of(
        "mailed_letter returned_consumer_response_form portal_accepted_by_collector "
        "hand_delivered_or_courier"
    ),
}
ACTION_VALUES = {
    **COMMON_VALUES,
    "type": ACTION_TYPES,
    "number_kind": frozenset({"home_landline", "mobile", "workplace"}),
    "expected_outcome": OUTCOMES,
    "recipient": frozenset({"friend_of_consumer"}),
    "basis": frozenset(
        {"creditor_procedure", "prior_collector_procedure", "consumer_used_number_by_text"}
    ),
    "opt_out_method": frozenset({"hyperlink", "reply_stop", "postal_mail_only"}),
    "visibility": frozenset({"private", "social_contacts", "public"}),
    "addressee_kind": frozenset({"estate_without_named_person"}),
    "delivery": frozenset({"electronic"}),
    "itemization_date": ITEMIZATION_DATES,
    "prior_collector_itemization_date": ITEMIZATION_DATES,
    "agency_kind": frozenset({"nationwide_specialty_check_writing_history"}),
}
RELATIONS = _of("parent spouse third_party consumer_attorney signed_small_estate_affidavit")
DEBT_STATUSES = frozenset({"settled", "paid", "discharged_in_bankruptcy"})
