"""The mails about accounts: to their owners, and to others who ought to know what was done with one."""

from ekc.core.outbox import Audience, MailRule
from ekc.workflow.vocabulary import N_

PASSWORD_CHANGED = MailRule(
    name="password_changed",
    audience=Audience.OWNER,
    key="account:{account}:password-changed:{at}",
    subject=N_("Your password was changed"),
    body=N_("Sign in with the new one. If you did not change it, tell your administrator at once."),
)
ADDRESS_CHANGED = MailRule(  # to the address from before
    name="address_changed",
    audience=Audience.OWNER,
    key="account:{account}:address:{at}",
    subject=N_("Your mail address was changed"),
    body=N_(
        "An administrator changed the mail address with which you sign in. From now on you use the new "
        "one. Did you not ask for that? Then ring your administrator today."
    ),
)
ADDRESS_OF_ANOTHER_CHANGED = MailRule(
    name="address_of_another_changed",
    audience=Audience.OVERSIGHT,
    key="account:{account}:address:{at}:{to}",
    subject=N_("The mail address of somebody was changed"),
    body=N_(
        "An administrator changed the mail address with which somebody of staff signs in. Whoever reads "
        "its mail can choose their password. Do you not know why? Then ask the administrators today."
    ),
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
    body=N_("Your account is open with the password alone. If that was not you, tell your administrator at once."),
)
SECOND_FACTOR_RESET = MailRule(
    name="second_factor_reset",
    audience=Audience.OWNER,
    key="account:{account}:second-factor-reset:{at}",
    subject=N_("Your second step was taken away"),
    body=N_("Your administrator did this so that you can set up another phone. Sign in with your password."),
)
SECOND_FACTOR_OF_ANOTHER_RESET = MailRule(
    name="second_factor_of_another_reset",
    audience=Audience.OVERSIGHT,
    key="account:{account}:second-factor-reset:{at}:{to}",
    subject=N_("The second step of somebody was taken away"),
    body=N_(
        "An administrator did this for somebody of staff. Until another phone is set up, the password alone "
        "lets them in. Do you not know why? Then ask the administrators today."
    ),
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
    body=N_("Your account there now lets you in here. If that was not you, tell your administrator at once."),
)
IDENTITY_FORGOTTEN = MailRule(
    name="identity_forgotten",
    audience=Audience.OWNER,
    key="account:{account}:identity-forgotten:{at}",
    subject=N_("Your account is untied from your organisation"),
    body=N_(
        "An administrator did this. The next time you sign in there, your mail address decides which account "
        "is yours. Did you not ask for that? Then ask your administrator today."
    ),
)
INVITATION = MailRule(
    name="invitation",
    audience=Audience.OWNER,
    key="invitation:{invitation}",
    subject=N_("Choose your password"),
    body=N_(
        "You are invited to work with the conferences. Open the link below and choose a password. It works once, "
        "within seven days. Do not pass it on."
    ),
    has_link=True,
)
PASSWORD_FORGOTTEN = MailRule(
    name="password_forgotten",
    audience=Audience.OWNER,
    key="invitation:{invitation}",
    subject=N_("Choose a new password"),
    body=N_(
        "Somebody asked for a way to choose a new password for your account. Was it you? Open the link "
        "below. It works once, within one hour. Was it somebody else? Then do nothing."
    ),
    has_link=True,
)
READS_REGION = MailRule(
    name="reads_region",
    audience=Audience.OVERSIGHT,
    key="account:{account}:reads-{region}:{at}:{to}",
    subject=N_("Somebody new reads the cases of a region"),
    body=N_(
        "An administrator gave the role of regional manager. Sign in: your first page, or the page Regions, "
        "says who it is and who gave it. Do you not know why? Then ask the administrators today."
    ),
)
COORDINATOR_LEAVES = MailRule(
    name="coordinator_leaves",
    audience=Audience.MANAGERS,
    key="account:{account}:leaves-{on}:{to}",
    subject=N_("A coordinator of your region leaves"),
    body=N_("A coordinator of your region leaves. Sign in to see which conferences you have to hand over."),
)
COORDINATOR_STOPPED = MailRule(
    name="coordinator_stopped",
    audience=Audience.MANAGERS,
    key="account:{account}:closed-{at}:{to}",
    subject=N_("A coordinator of your region stopped"),
    body=N_("The account of a coordinator of your region was closed. Sign in to see which conferences need another."),
)
