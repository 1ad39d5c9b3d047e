"""What is said to a borrower and what a borrower says: templates, lengths, screening, intents.

This package decides words only. Whether a contact may happen is decided in `contact.permission`;
nothing here sends, opts out, opens a complaint or talks to anybody.
"""
