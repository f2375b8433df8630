class MailError(ValueError):
    """Something that is no mail, no address, no date or no query."""
