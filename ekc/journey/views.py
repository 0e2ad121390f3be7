"""Pages of the workflow: home, the case page, a step, the history, a participant's own page."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ekc.accounts.access import Visitor
from ekc.accounts.queries import managers_of, regions
from ekc.conferences import queries as conferences
from ekc.conferences.access import Case, open_case, unattended
from ekc.conferences.actions import safety
from ekc.conferences.actions.registration import give_own_consent, log_contacts, withdraw_own_consent
from ekc.conferences.gate import case_route
from ekc.core.errors import Refusal, Stale, Unknown
from ekc.core.form_numbers import adds
from ekc.core.forms import Standing, keyed_digest
from ekc.core.language import gettext, moment, translate
from ekc.core.routes import db, edits, moves, now, public, runtime
from ekc.journey import actions, queries
from ekc.journey.actions import Blocked, correct_registration, says_not_safe, take_step
from ekc.journey.casepage import case_page
from ekc.journey.consequences import consequences, professionals
from ekc.journey.facts import dissent, gather_facts
from ekc.journey.forms import (
    AskForm,
    CorrectionForm,
    GoOnForm,
    NotedForm,
    NotSafeForm,
    SpokenForm,
    StepForm,
    ToldForm,
    step_form,
)
from ekc.journey.home import demo_people, staff_home
from ekc.journey.notices import notices, owed_in, owed_so_far
from ekc.journey.ownpage import own_page as own_page_of
from ekc.journey.panel import blocker_link, owed_page
from ekc.links.models import Confirmed
from ekc.links.queries import links_of
from ekc.matching.queries.match import matches
from ekc.plans.document import SAID, PrintedAgreement
from ekc.plans.effects import printed_agreements
from ekc.plans.queries import stored_draft
from ekc.plans.views.answers import answer_form
from ekc.signin.login import by, visitor
from ekc.workflow.definition import StepRule
from ekc.workflow.duties import Duty
from ekc.workflow.ends import END_OF_STEP, END_RULES
from ekc.workflow.engine import (
    OPEN_FOLLOW_UPS_RULES,
    STEP_GUARDS,
    STEP_RULES,
    Verdict,
    as_the_circle_reads,
    has_duty,
    judge,
    steps_from,
)
from ekc.workflow.owed import NoticeKind, OwedLine, lines
from ekc.workflow.vocabulary import N_, Activity, Agreed, CasePart, Effect, Role, Step, VoiceMatter
from ekc.workflow.voices import VOICE_RULES, VoiceRule, asks_others, must_be_asked

bp = Blueprint("journey", __name__)


def menu(who: Visitor) -> list[tuple[str, str]]:
    """The main menu: endpoint and title. For visitors who have no cases, home redirects to the entry after it."""
    entries = [("home", N_("Home"))]
    if has_duty(Duty.CASES, who.roles):
        entries += [("conferences.register", N_("Register a conference")), ("conferences.search", N_("Search"))]
    if has_duty(Duty.FOLLOW_UPS, who.roles):
        entries.append(("reports.follow_ups", N_("Follow-ups")))
    if has_duty(Duty.ACCOUNTS, who.roles):
        entries += [("staff.accounts", N_("Accounts")), ("staff.regions", N_("Regions"))]
    return entries


@public
def home() -> ResponseReturnValue:
    """The first page: work to do for staff; for others what this service is."""
    who = visitor()
    if who.conference_id is not None:
        return redirect(url_for("journey.own_page", conference_id=who.conference_id))
    if not who.known:
        return render_template("journey/welcome.html", demo_people=demo_people(db(), now()))
    _home, *others = menu(who)
    if others and not has_duty(Duty.CASES, who.roles):
        return redirect(url_for(others[0][0]))
    return render_template("journey/home.html", home=staff_home(db(), who, now()), who=who)


@bp.get("/conferences/<int:conference_id>")
@case_route(Activity.SEE_CASE)
def case(case: Case) -> ResponseReturnValue:
    """The case page: the phase, the next step, and what blocks it with links to solve that."""
    return _case_page(case)


def _case_page(case: Case, spoken: dict[tuple[str, int], SpokenForm] | None = None) -> str:
    page = case_page(db(), case, now())
    main = page.panel.main
    return render_template(
        "journey/case.html",
        case=case,
        page=page,
        paper=_paper(case, main.rule)[0] if main and main.ready else "",
        go_on=lambda matter: _go_on_form(case, matter, formdata=None),
        ask_form=lambda matter, id_: _ask_form(case, matter, id_, formdata=None),
        noted_form=lambda matter, id_: _noted_form(case, matter, id_, formdata=None),
        spoken_form=lambda matter, id_: _spoken_form(case, matter, id_, formdata=None),
        spoken=spoken or {},
    )


@bp.get("/conferences/<int:conference_id>/to-tell")
@case_route(Activity.TELL)
def to_tell(case: Case) -> ResponseReturnValue:
    """Who still has to hear, answer or decide what, and who did."""
    return _to_tell_page(case, _owed(case))


@bp.post("/conferences/<int:conference_id>/to-tell/<int:notice_id>")
@case_route(Activity.TELL)
@adds()
def told(case: Case, notice_id: int) -> ResponseReturnValue:
    """Log contacts with those who were told what they had to hear."""
    found = _owed(case)
    line = next((one for one in found if one.notice.id == notice_id and not one.rule.roles), None)
    if line is None:
        if notice_id not in {row.id for row in notices(db(), case.id)}:
            raise Unknown
        raise Stale(N_("Nobody has to hear this any more. Look at the page again."))
    form = ToldForm(line, _labels(case, found))
    if form.validate():
        with form.showing_refusal():
            text = gettext("Told: %(what)s.", what=translate(line.notice.kind.label))
            log_contacts(by(), case.id, form.told.data, form.channel.data, text)
            flash(gettext("It is in the contact log who was told."), "success")
            return redirect(url_for("journey.to_tell", conference_id=case.id), 303)
    return _to_tell_page(case, found, {notice_id: form}), form.status


@dataclass(frozen=True, slots=True)
class Call:
    """Somebody who has to hear that there is another coordinator.

    `no_code`: the code of their link is gone.
    """

    name: str
    phone: str
    no_code: bool


def _owed(case: Case) -> tuple[OwedLine, ...]:
    """What is owed in the case now, and concerns the visitor; settled or not."""
    found = owed_in(db(), [case.id]).get(case.id, ())
    return lines(one for one in found if not one.notice.rule.roles or one.notice.rule.roles & case.roles)


def _labels(case: Case, found: Iterable[OwedLine]) -> dict[int, str]:
    """What people are called, with how they can be reached, where the visitor sees that."""
    people = {one.id: one.name for line in found for one in line.to}
    known = queries.reach(db(), people) if case.sees(CasePart.CONTACT) else {}
    labels = {id_: _label(name, known.get(id_)) for id_, name in people.items()}
    for line in found:  # names alone: of a day and a place the last change says enough
        for one in line.to if line.notice.kind is NoticeKind.COORDINATOR else ():
            if one.knows and one.knows != line.notice.was:
                labels[one.id] = gettext("%(person)s, heard last: %(name)s", person=labels[one.id], name=one.knows)
    return labels


def _label(name: str, reach: queries.Reach | None) -> str:
    if reach is None:
        return name
    if reach.phone:
        return gettext("%(name)s, phone %(phone)s", name=name, phone=reach.phone)
    if reach.email:
        return gettext("%(name)s, no phone number known", name=name)
    return gettext("%(name)s, no phone number and no mail address known", name=name)


def _to_tell_page(case: Case, found: tuple[OwedLine, ...], rejected: dict[int, ToldForm] | None = None) -> str:
    """The page; a form in `rejected` is shown again."""
    labels = _labels(case, found)
    forms = {one.notice.id: ToldForm(one, labels, formdata=None) for one in found} | (rejected or {})
    rows = {row.id: row for row in notices(db(), case.id)}
    pages = {one.notice.id: owed_page(one) for one in found}
    return render_template(
        "journey/to_tell.html",
        case=case,
        owed=found,
        forms=forms,
        rows=rows,
        pages=pages,
        ends={end: rule.told(case.in_force) for end, rule in END_RULES.items()},
        calls=_calls(case, found),
        old_slips=_old_slips(case, found),
    )


def _calls(case: Case, found: tuple[OwedLine, ...]) -> list[Call]:
    """Whom a new coordinator rings: their number, and what each still needs to open their page."""
    line = next((one for one in found if one.notice.kind is NoticeKind.COORDINATOR), None)
    if line is None or not line.to or not case.may(Activity.MAKE_LINKS):
        return []
    known = queries.reach(db(), [one.id for one in line.to])
    live = {row.participant_id: row for row in links_of(db(), case.id) if row.is_live(now())}
    rows = ((one, live.get(one.id)) for one in line.to)
    calls = [
        Call(
            one.name,
            known[one.id].phone,
            no_code=link is not None and link.asks is Confirmed.COORDINATOR and link.made_by != case.visitor.account_id,
        )
        for one, link in rows
    ]
    return [one for one in calls if one.phone or one.no_code]


def _old_slips(case: Case, found: tuple[OwedLine, ...]) -> list[int]:
    """The links of those who have a slip that is not right any more, to be replaced together."""
    people = {one.id for line in found if line.notice.kind is NoticeKind.PAPER for one in line.to}
    if not people or not case.may(Activity.MAKE_LINKS):
        return []
    return [row.id for row in links_of(db(), case.id) if row.participant_id in people and row.is_live(now())]


@bp.get("/conferences/<int:conference_id>/history")
@case_route(Activity.SEE_HISTORY)
def history(case: Case) -> ResponseReturnValue:
    """The steps taken, corrections of the registration and changes that people had to hear, newest first."""
    steps, corrections = queries.history(db(), case.id), queries.corrections(db(), case.id)
    changes: list[queries.ChangeRow | queries.CorrectionRow] = [*steps, *corrections]
    traces = conferences.traces(db(), case.id)
    changes.sort(key=lambda change: change.at, reverse=True)
    return render_template(
        "journey/history.html",
        case=case,
        changes=changes,
        corrections=corrections,
        rules=STEP_RULES,
        names=conferences.names(db(), case.id) if corrections else {},
        here={row.id: row.name for row in conferences.members(db(), case.id)} if traces else {},
        notices=notices(db(), case.id)[::-1],
        owed={one.notice.id: one for one in owed_so_far(db(), case.id)},
        traces=traces[::-1],
        spoken=[row for row in conferences.voices(db(), case.id) if row.spoken][::-1] if traces else [],
    )


@bp.route("/conferences/<int:conference_id>/registration/correct", methods=["GET", "POST"])
@case_route(Activity.CORRECT_REGISTRATION)
@edits
def correct(case: Case) -> ResponseReturnValue:
    """Correct what decides who sees the case and which rules hold: first what follows, then the correction."""
    form, follows = _correction_form(case), None
    if form.validate_on_submit():
        with form.showing_refusal():
            unchanged = form.unless_changed(lambda: _correction_form(case, formdata=None))
            unchanged()
            before, after = conferences.assignment(db(), case.id), form.to_assignment()
            # What was shown belongs to these values only: with others it is shown again.
            if after != before and form.read.data != repr(after):
                follows, form.read.data = consequences(db(), case, before, after), repr(after)
            else:
                correct_registration(by(unchanged), case.id, after)
                flash(gettext("The registration is corrected."), "success")
                return redirect(_after_correction(case.id), 303)
    form.read.raw_data = None
    region = {row.id: row.name for row in regions(db())}[form.to_assignment().region_id] if follows else ""
    page = render_template("journey/correct.html", case=case, form=form, follows=follows, region=region)
    return page, form.status if form.is_submitted() and not follows else 200


def _correction_form(case: Case, **more: Any) -> CorrectionForm:
    region_names = {row.id: row.name for row in regions(db())}
    before, referrers = conferences.assignment(db(), case.id), professionals(db(), case.id)
    countries = runtime().settings.countries
    return CorrectionForm(before, region_names, countries, referrers, case.in_force, **more)


def _after_correction(conference_id: int) -> str:
    """The registration if the visitor still sees the case, else home."""
    try:
        open_case(by(), conference_id, Activity.SEE_REGISTRATION)
    except Refusal:
        return url_for("home")
    return url_for("conferences.registration", conference_id=conference_id)


@bp.get("/conferences/<int:conference_id>/mine")
@case_route(Activity.SEE_OWN_PAGE)
def own_page(case: Case) -> ResponseReturnValue:
    """The own page of a participant, by their personal link."""
    page = own_page_of(db(), case, now())
    asked = page.plan_question
    form = answer_form(case, asked.text, asked.said, formdata=None) if asked else None
    return render_template("journey/own_page.html", case=case, page=page, form=form)


@bp.route("/conferences/<int:conference_id>/steps/<step>", methods=["GET", "POST"])
@case_route(Activity.TAKE_STEP)
@moves
def step(case: Case, step: str) -> ResponseReturnValue:
    """A step: what blocks it, its form, and taking it."""
    try:
        rule = STEP_RULES[Step(step)]
    except ValueError:
        raise Unknown from None
    verdict = _verdict(case, rule) if rule.questions else None
    own = case.visitor.participant_id is not None
    form = step_form(rule, own=own, asks=verdict is not None and bool(verdict.questions))
    overrides = {guard.code: request.form.get(f"override-{guard.code}", "") for guard in STEP_GUARDS[rule.step]}
    if not form.validate_on_submit():
        return _step_page(case, rule, form, overrides, verdict or _verdict(case, rule)), 422 if form.errors else 200
    try:
        taking = form.to_taking(rule, case.timezone, overrides)
        phase = take_step(by(), case.id, taking, form.seen_phase(), lambda: _refuse_other_paper(case, rule, form))
    except Blocked as blocked:
        return _step_page(case, rule, form, overrides, blocked.verdict), 409
    except Refusal as refusal:
        if refusal.field not in form:
            raise
        status = form.refuse(refusal)
        return _step_page(case, rule, form, overrides, verdict or _verdict(case, rule)), status
    if own and rule.asks_safe and says_not_safe(taking):
        return redirect(url_for("journey.not_safe", conference_id=case.id), 303)
    if rule.matter is not None and phase is not rule.target:
        told = gettext("It is written down as your own wish. Your coordinator and the regional manager hear of it.")
        flash(told, "success")
    else:
        flash(gettext("Done: %(step)s.", step=translate(rule.title)), "success")
    return redirect(_back(case), 303)


@bp.post("/conferences/<int:conference_id>/wishes/<matter>")
@case_route(Activity.GO_ON)
@moves  # what staff send carries the wish that is taken back
def go_on(case: Case, matter: str) -> ResponseReturnValue:
    """Somebody does not want to stop, or not to come together again; or no longer. Staff send whose word they note."""
    what = _matter(matter)
    form = _go_on_form(case, what)
    unchanged = form.unless_changed(lambda: _go_on_form(case, what, formdata=None))
    own = case.visitor.participant_id is not None
    actions.go_on(by() if own else by(unchanged), case.id, what, form.person.data or 0)
    flash(gettext("Noted."), "success")
    return redirect(_back(case), 303)


def _go_on_form(case: Case, matter: VoiceMatter, **more: Any) -> GoOnForm:
    said = _said(case, matter)
    return GoOnForm({str(id_): _standing(case, row) for id_, row in said.items() if row.answer is Agreed.YES}, **more)


def _said(case: Case, matter: VoiceMatter) -> dict[int, conferences.VoiceRow]:
    """What each person said in this round about a step for which somebody wishes."""
    rows = conferences.voices(db(), case.id)
    return {row.participant_id: row for row in rows if (row.matter, row.about) == (matter, case.round)}


def _standing(case: Case, row: conferences.VoiceRow) -> Standing:
    """What somebody said, in words."""
    said = (
        moment(row.written_at, case.timezone),
        gettext("yes") if row.answer is Agreed.YES else gettext("no"),
        _reason(row),
        row.words,
    )
    return Standing(conferences.names(db(), case.id)[row.participant_id], ", ".join(filter(None, said)))


def _spoken_form(case: Case, matter: VoiceMatter, participant_id: int, **more: Any) -> SpokenForm:
    row = _said(case, matter).get(participant_id)
    stands = {"wish": _standing(case, row)} if row else {}
    if row and row.spoken and row.spoken_at:
        stands["spoken"] = Standing(gettext("What was said"), f"{moment(row.spoken_at, case.timezone)}, {row.spoken}")
    return SpokenForm.of(matter, participant_id, stands, **more)


def _ask_form(case: Case, matter: VoiceMatter, participant_id: int, **more: Any) -> AskForm:
    row = _said(case, matter).get(participant_id)
    known = ((one.id, one.said_at, one.concern, one.arrangement) for one in conferences.concerns(db(), case.id))
    safety = Standing(gettext("Safety"), repr(sorted(known)))
    return AskForm({"safety": safety} | ({"wish": _standing(case, row)} if row else {}), **more)


def _noted_form(case: Case, matter: VoiceMatter, participant_id: int, **more: Any) -> NotedForm:
    row = _said(case, matter).get(participant_id)
    return NotedForm({"said": _standing(case, row)} if row else {}, **more)


def _reason(row: conferences.VoiceRow) -> str:
    return gettext(row.reason_code.label) if row.reason_code else ""


@bp.post("/conferences/<int:conference_id>/wishes/<matter>/<int:participant_id>/answer")
@case_route(Activity.SPEAK_ABOUT_WISHES)
@moves
def note_answer(case: Case, matter: str, participant_id: int) -> ResponseReturnValue:
    """Note what a main person told staff about a step that somebody wishes for."""
    what, answer = _matter(matter), Agreed.YES if request.form.get("answer") == "yes" else Agreed.NO
    unchanged = NotedForm().unless_changed(lambda: _noted_form(case, what, participant_id, formdata=None))
    actions.note_answer(by(unchanged), case.id, what, participant_id, answer)
    flash(gettext("Noted."), "success")
    return _to_wishes(case)


@bp.post("/conferences/<int:conference_id>/wishes/<matter>/<int:participant_id>/ask")
@case_route(Activity.SPEAK_ABOUT_WISHES)
@moves
def ask_others(case: Case, matter: str, participant_id: int) -> ResponseReturnValue:
    """Let the pages of the other main persons ask them about somebody's wish."""
    what = _matter(matter)
    unchanged = AskForm().unless_changed(lambda: _ask_form(case, what, participant_id, formdata=None))
    actions.ask_others(by(unchanged), case.id, what, participant_id)
    flash(gettext("The other main persons are asked on their own pages."), "success")
    return _to_wishes(case)


@bp.post("/conferences/<int:conference_id>/wishes/<matter>/<int:participant_id>/spoken")
@case_route(Activity.SPEAK_ABOUT_WISHES)
@edits
def speak_about(case: Case, matter: str, participant_id: int) -> ResponseReturnValue:
    """Write down what was said with somebody about their wish."""
    what, form = _matter(matter), SpokenForm.of(matter, participant_id)
    if form.validate():
        with form.showing_refusal():
            unchanged = form.unless_changed(lambda: _spoken_form(case, what, participant_id, formdata=None))
            actions.speak_about(by(unchanged), case.id, what, participant_id, form.said.data)
            flash(gettext("It is written down what was said."), "success")
            return _to_wishes(case)
    return _case_page(case, {(matter, participant_id): form}), form.status


def _matter(matter: str) -> VoiceMatter:
    if matter not in set(VoiceMatter):
        raise Unknown
    return VoiceMatter(matter)


def _to_wishes(case: Case) -> ResponseReturnValue:
    return redirect(url_for("journey.case", conference_id=case.id, _anchor="wishes"), 303)


@bp.get("/conferences/<int:conference_id>/not-safe")
@case_route(Activity.SAY_NOT_SAFE)
def not_safe(case: Case) -> ResponseReturnValue:
    """To say that it does not feel safe, and whom to ring."""
    return _not_safe_page(case, NotSafeForm(formdata=None))


@bp.post("/conferences/<int:conference_id>/not-safe")
@case_route(Activity.SAY_NOT_SAFE)
@adds()
def say_not_safe(case: Case) -> ResponseReturnValue:
    """Somebody of the circle says that it does not feel safe."""
    form = NotSafeForm()
    if form.validate():
        with form.showing_refusal():
            safety.say_not_safe(by(), case.id, form.words.data)
            return redirect(url_for("journey.not_safe", conference_id=case.id), 303)
    return _not_safe_page(case, form), form.status


def _not_safe_page(case: Case, form: NotSafeForm) -> str:
    return render_template(
        "journey/not_safe.html",
        case=case,
        form=form,
        since=conferences.not_safe_since(db(), case.id, case.visitor.participant_id or 0),
        match=None if unattended(db(), case, now()) else matches(db(), case.id).current,
        managers=managers_of(db(), case.region_id),
    )


@bp.post("/conferences/<int:conference_id>/my-consent")
@case_route(Activity.OWN_CONSENT)
@moves
def own_consent(case: Case) -> ResponseReturnValue:
    """Somebody gives their own consent, or takes it back."""
    if request.form.get("consent") == "yes":
        give_own_consent(by(), case.id)
        flash(gettext("Your consent is noted."), "success")
    else:
        withdraw_own_consent(by(), case.id)
        flash(gettext("It is noted that you took your consent back."), "success")
    return redirect(url_for("journey.own_page", conference_id=case.id), 303)


def _back(case: Case) -> str:
    staff = case.may(Activity.SEE_CASE) and case.visitor.account_id is not None
    return url_for("journey.case" if staff else "journey.own_page", conference_id=case.id)


def _verdict(case: Case, rule: StepRule) -> Verdict | None:
    """What stands in the way of the step, and what to ask before it; None where it is not there to take."""
    if rule not in steps_from(case.phase, case.roles, case.in_force):
        return None
    return judge(rule, gather_facts(db(), case, now()), case.roles)


def _wish(case: Case, rule: StepRule) -> tuple[VoiceRule | None, str]:
    """The rule of the matter where the step is the visitor's wish, which others have to want too; else None.

    And the name of the other main person, where there are two: they know whose wish it is.
    """
    who = case.visitor.participant_id
    if rule.matter is None or who is None or rule not in steps_from(case.phase, case.roles, case.in_force):
        return None, ""
    facts = gather_facts(db(), case, now())
    if not asks_others(rule.matter, facts, who):
        return None, ""
    asked = must_be_asked(rule.matter, facts)
    others = [person.name for person in asked if person.id != who]
    return VOICE_RULES[rule.matter], others[0] if len(asked) == 2 and len(others) == 1 else ""


def _paper(case: Case, rule: StepRule) -> tuple[str, tuple[PrintedAgreement, ...]]:
    """Of a step that freezes the plan: its text with a digest of all that is frozen, and what everybody says of it."""
    if Effect.FREEZE_PLAN not in rule.effects:
        return "", ()
    found = stored_draft(db(), case.id)
    said = printed_agreements(db(), case, found)
    return f"{found.text}.{keyed_digest(repr((found.draft, said))).hex()}", said


def _refuse_other_paper(case: Case, rule: StepRule, form: StepForm) -> None:
    if (form.paper.data or "") != _paper(case, rule)[0]:
        raise Stale(
            N_(
                "The plan, or what somebody says of it, changed after you opened the page. Nothing is agreed yet: look "
                "what the paper will say now, and then agree it."
            )
        ).at("paper")


def _step_page(case: Case, rule: StepRule, form: object, overrides: dict[str, str], verdict: Verdict | None) -> str:
    if verdict is not None and case.visitor.account_id is None:
        verdict = as_the_circle_reads(verdict)
    reasons = [(reason, blocker_link(reason.blocker)) for reason in verdict.reasons] if verdict else []
    freezes = verdict is not None and Effect.FREEZE_PLAN in rule.effects
    paper, printed = _paper(case, rule) if freezes else ("", ())
    wish, other = _wish(case, rule)
    return render_template(
        "journey/step.html",
        case=case,
        rule=rule,
        end=END_OF_STEP.get(rule.step),
        open_follow_ups=OPEN_FOLLOW_UPS_RULES.get(rule.step),
        wish=wish,
        other=other,
        form=form,
        possible=verdict is not None,
        questions=verdict.questions if verdict else (),
        reasons=reasons,
        overrides=overrides,
        outside=Role.COORDINATOR in case.roles,
        dissent=dissent(db(), case) if freezes else (),
        printed=printed,
        paper=paper,
        said=SAID,
    )
