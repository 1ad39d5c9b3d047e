"""What wording refuses, each with a stable code (docs/reference/errors.md lists them)."""

from forbear.primitives.errors import RequestRefused


class WordingRefused(RequestRefused):
    """A text or a template that cannot be used as it stands; the message says what to change."""

    code = "wording_refused"


class TemplateFaulty(WordingRefused):
    """A template with an unknown placeholder, an open brace or a fault in its own values."""

    code = "template_faulty"


class ValueUnfit(WordingRefused):
    """A value that is missing or may not stand in a message, with the variable's name."""

    code = "template_value_unfit"


class TemplateNotSubmittable(WordingRefused):
    """A template that fails a check no reviewer can wave through."""

    code = "template_not_submittable"


class TextTooLong(WordingRefused):
    """A text above the longest a channel takes."""

    code = "text_too_long"


class RulesFaulty(WordingRefused):
    """A rule file that cannot be used: it names the rule and the fault."""

    code = "screening_rules_faulty"


class WeightsFaulty(WordingRefused):
    """A weights file that is none of ours or was cut short."""

    code = "wording_weights_faulty"
