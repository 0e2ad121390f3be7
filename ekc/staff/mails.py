"""Mails about what an administrator did with an account: to its owner, and to those who oversee it."""

from ekc.core.outbox import Audience, MailRule
from ekc.signin.invitations import MAIL_KEY
from ekc.workflow.vocabulary import N_

ADDRESS_CHANGED = MailRule(  # sent to the former address
    name="address_changed",
    audience=Audience.OWNER,
    key="account:{account}:address:{at}",
    subject=N_("Your email address was changed"),
    body=N_(
        "An administrator changed the email address with which you sign in. From now on you use the new "
        "one. Did you not ask for that? Then ring your administrator today."
    ),
)
ADDRESS_OF_ANOTHER_CHANGED = MailRule(
    name="address_of_another_changed",
    audience=Audience.OVERSIGHT,
    key="account:{account}:address:{at}:{to}",
    subject=N_("The email address of somebody was changed"),
    body=N_(
        "An administrator changed the email address with which a member of staff signs in. Whoever reads its email can "
        "choose their password. Do you not know why? Then ask the administrators today."
    ),
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
        "An administrator did this for a member of staff. Until another phone is set up, the password alone lets "
        "them in. Do you not know why? Then ask the administrators today."
    ),
)


IDENTITY_FORGOTTEN = MailRule(
    name="identity_forgotten",
    audience=Audience.OWNER,
    key="account:{account}:identity-forgotten:{at}",
    subject=N_("Your account is unlinked from your organisation"),
    body=N_(
        "An administrator did this. The next time you sign in there, your email address decides which account "
        "is yours. Did you not ask for that? Then ask your administrator today."
    ),
)
INVITATION = MailRule(
    name="invitation",
    audience=Audience.OWNER,
    key=MAIL_KEY,
    subject=N_("Choose your password"),
    body=N_(
        "You are invited to work with the conferences. Open the link below and choose a password. It works once, "
        "within seven days. Do not pass it on."
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
