"""Mails to staff about their own credentials."""

from ekc.core.outbox import Audience, MailRule
from ekc.signin.invitations import MAIL_KEY
from ekc.workflow.vocabulary import N_

PASSWORD_CHANGED = MailRule(
    name="password_changed",
    audience=Audience.OWNER,
    key="account:{account}:password-changed:{at}",
    subject=N_("Your password was changed"),
    body=N_("Sign in with the new one. If you did not change it, tell your administrator at once."),
)


PASSKEY_ADDED = MailRule(
    name="passkey_added",
    audience=Audience.OWNER,
    key="account:{account}:passkey-added:{at}",
    subject=N_("A passkey was made for your account"),
    body=N_("From now on it lets you in. If that was not you, tell your administrator at once."),
)
PASSKEY_REMOVED = MailRule(
    name="passkey_removed",
    audience=Audience.OWNER,
    key="account:{account}:passkey-removed:{at}",
    subject=N_("A passkey of yours was removed"),
    body=N_("It lets nobody in any more. If that was not you, tell your administrator at once."),
)
SECOND_FACTOR_ADDED = MailRule(
    name="second_factor_added",
    audience=Audience.OWNER,
    key="account:{account}:second-factor-added:{at}",
    subject=N_("Signing in now asks for a code"),
    body=N_("A phone was set up to make codes for you. If that was not you, tell your administrator at once."),
)
SECOND_FACTOR_REMOVED = MailRule(
    name="second_factor_removed",
    audience=Audience.OWNER,
    key="account:{account}:second-factor-removed:{at}",
    subject=N_("Signing in asks for no code any more"),
    body=N_("Now your password alone is enough to sign in. If that was not you, tell your administrator at once."),
)


CODES_REFUSED = MailRule(
    name="codes_refused",
    audience=Audience.OWNER,
    key="account:{account}:codes-refused:{day}",
    subject=N_("Somebody types wrong codes"),
    body=N_("They know your password. If that is not you, choose another one and tell your administrator."),
)
RECOVERY_CODE_USED = MailRule(
    name="recovery_code_used",
    audience=Audience.OWNER,
    key="account:{account}:recovery-code-used:{at}",
    subject=N_("A recovery code was used"),
    body=N_("It let somebody in to your account. If that was not you, tell your administrator at once."),
)
IDENTITY_TIED = MailRule(
    name="identity_tied",
    audience=Audience.OWNER,
    key="account:{account}:identity-tied:{at}",
    subject=N_("You can sign in through your organisation"),
    body=N_("You can now sign in here with your account there. If that was not you, tell your administrator at once."),
)


PASSWORD_FORGOTTEN = MailRule(
    name="password_forgotten",
    audience=Audience.OWNER,
    key=MAIL_KEY,
    subject=N_("Choose a new password"),
    body=N_(
        "Somebody asked for a way to choose a new password for your account. Was it you? Open the link "
        "below. It works once, within one hour. Was it somebody else? Then do nothing."
    ),
    has_link=True,
)
