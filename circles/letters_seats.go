package circles

import (
	"strings"

	"kring/internal/mail"
	"kring/internal/outbox"
	"kring/internal/wall"
)

// confirmApplication goes to an address that anybody may have typed in: it says nothing that was typed, no name either.
func confirmApplication(l *letter, a Application) error {
	kind, by, args := "letter.confirm_application", "programme", l.programme.Name
	address, until := l.link(LinkConfirm, a.ID, ""), l.now.Add(PressWithin)
	switch {
	case a.State == Unconfirmed && a.ExpiresAt != nil:
		l.body.Greeting, until = l.say("letter.greeting-nobody"), *a.ExpiresAt
	case a.State == Waiting && l.circle.ID != "":
		kind, by, args = "letter.confirm_seat", "circle", l.circle.Name
		address = l.public + "/l/" + l.links.SignUntil(LinkAskSeat, l.circle.ID, l.to, until)
	default:
		return outbox.Void("confirmed")
	}
	l.subject = l.say(kind+".subject", by, args)
	l.paragraph(kind+".why", by, args)
	l.buttons(mail.Link{Label: l.say(kind + ".button"), URL: address})
	l.paragraph(kind+".until", "until", l.moment(until))
	l.body.Footer = []mail.Link{{Label: l.say("letter.footer.sees"), URL: l.link(LinkSees, "", "")}, l.silence()}
	return nil
}

// silence is the way out of letters that a stranger can cause: this is not me, never write to me again.
func (l *letter) silence() mail.Link {
	return mail.Link{Label: l.say("letter.footer.silence"), URL: l.link(LinkSilence, "", "")}
}

func alreadySignedUp(l *letter, a Application) error {
	if a.State == Withdrawn {
		return outbox.Void("withdrawn")
	}
	l.subject = l.say("letter.already_signed_up.subject", "programme", l.programme.Name)
	l.paragraph("letter.already_signed_up.why", "programme", l.programme.Name)
	l.applicantFooter(a.ID)
	return nil
}

func (l *letter) applicantFooter(applicationID string) {
	if applicationID != "" {
		l.body.Footer = append(l.body.Footer, mail.Link{
			Label: l.say("letter.footer.application"), URL: l.link(LinkApplication, applicationID, ""),
		})
	}
	l.body.Footer = append(l.body.Footer, mail.Link{Label: l.say("letter.footer.sees"), URL: l.link(LinkSees, "", "")})
}

// seatOffered is the seat letter: the shared hour, the likely start, who is there, and who sees what.
func seatOffered(l *letter) error {
	if l.seat.State != Invited && l.seat.State != Held || over(l.seat.ExpiresAt, l.now) {
		return outbox.Void("seat-closed")
	}
	l.subject = l.say("letter.seat_offered.subject", "circle", l.circle.Name)
	if l.seat.State == Held {
		l.paragraph("letter.seat_offered.held", "circle", l.circle.Name)
	} else {
		l.paragraph("letter.seat_offered.invited", "circle", l.circle.Name, "programme", l.programme.Name)
	}
	l.paragraph("letter.seat_offered.what")
	if l.programme.Purpose != "" {
		l.paragraph("letter.seat_offered.purpose")
		l.body.Blocks = append(l.body.Blocks, mail.Quote{Text: l.programme.Purpose})
	}
	l.body.Blocks = append(l.body.Blocks, l.facts())
	buttons := []mail.Link{{Label: l.say("letter.seat_offered.yes"), URL: l.link(LinkSeat, l.seat.ID, "yes")}}
	if l.seat.State == Invited {
		buttons = append(buttons, mail.Link{Label: l.say("letter.seat_offered.hour"), URL: l.link(LinkSeat, l.seat.ID, "hour")})
	}
	buttons = append(buttons, mail.Link{Label: l.say("letter.seat_offered.no"), URL: l.link(LinkSeat, l.seat.ID, "no")})
	l.buttons(buttons...)
	l.paragraph("letter.seat_offered.until", "until", l.moment(*l.seat.ExpiresAt))
	l.whoSeesWhat()
	l.applicantFooter(valueOf(l.seat.ApplicationID))
	if l.seat.State == Invited {
		l.body.Footer = append(l.body.Footer, l.silence())
	}
	return nil
}

// whoSeesWhat says what the circle and facilitators see of the person of the seat.
func (l *letter) whoSeesWhat() {
	seen, never := SaySeen(l.texts, l.to.LetterLanguage)
	facilitators := l.say("letter.sees.facilitators", "programme", l.through.Name, "seen", seen)
	if l.through.ID == "" {
		facilitators = l.say("letter.sees.facilitators-none")
	}
	l.body.Blocks = append(l.body.Blocks, mail.Heading(l.say("letter.sees.title")), mail.List{
		l.say("letter.sees.members"), facilitators, l.say("letter.sees.never", "never", never), l.say("letter.sees.circle"),
	})
}

// facts are what there is to know of a circle before one is in it.
func (l *letter) facts() mail.Facts {
	spoken := l.circle.Language
	if l.texts.Has("spoken." + spoken) {
		spoken = l.say("spoken." + spoken)
	}
	facts := append(l.hour(), l.start())
	facts = append(facts,
		mail.Fact{Label: l.say("letter.fact.members"), Value: l.whoIsIn()},
		mail.Fact{Label: l.say("letter.fact.language"), Value: spoken},
		mail.Fact{Label: l.say("letter.fact.costs"), Value: l.say("letter.fact.costs-is", "weeks", l.set.Weeks, "minutes", l.set.Minutes)},
	)
	if l.circle.Venue != "" {
		facts = append(facts, mail.Fact{Label: l.say("letter.fact.venue"), Value: l.circle.Venue})
	}
	return facts
}

// hour is the weekly slot in the circle's zone, and on the person's own wall when that shows another time.
func (l *letter) hour() mail.Facts {
	label := l.say("letter.fact.slot")
	slot, agreed := l.circle.Slot()
	if !agreed {
		return mail.Facts{{Label: label, Value: l.say("letter.fact.slot-open")}}
	}
	next, err := slot.Next(startOf(l.circle, l.now))
	loc, errZone := wall.LoadZone(slot.Zone)
	if err != nil || errZone != nil { // both were checked when the circle was written
		return mail.Facts{{Label: label, Value: l.say("letter.fact.slot-open")}}
	}
	lang := l.to.LetterLanguage
	facts := mail.Facts{{Label: label, Value: l.say("letter.fact.slot-at", "weekday", wall.WeekdayName(slot.Weekday, lang),
		"time", slot.At.String(), "zone", wall.ZoneLabel(next.At, loc, lang))}}
	mine, day := wall.TimeOfDayOf(next.At, l.loc), wall.DateOf(next.At, l.loc).Weekday()
	if mine != slot.At || day != slot.Weekday {
		facts = append(facts, mail.Fact{Label: l.say("letter.fact.slot-mine"), Value: l.say("letter.fact.slot-at", "weekday", wall.WeekdayName(day, lang),
			"time", mine.String(), "zone", wall.ZoneLabel(next.At, l.loc, lang))})
	}
	return facts
}

// start says when the circle is likely to begin, or at which week it is.
func (l *letter) start() mail.Fact {
	if l.circle.State.Begun() {
		return mail.Fact{Label: l.say("letter.fact.week"), Value: l.say("letter.fact.week-is", "week", l.circle.GuideWeek)}
	}
	return mail.Fact{Label: l.say("letter.fact.start"), Value: l.likelyStart()}
}

// likelyStart is the first date of the slot from the circle's start on; without a slot the start itself.
func (l *letter) likelyStart() string {
	slot, agreed := l.circle.Slot()
	switch {
	case l.circle.StartsOn.IsZero():
		return l.say("letter.fact.start-open")
	case agreed:
		return wall.LongDate(l.circle.StartsOn.OnOrAfter(slot.Weekday), l.to.LetterLanguage)
	}
	return wall.LongDate(l.circle.StartsOn, l.to.LetterLanguage)
}

func (l *letter) whoIsIn() string {
	var names []string
	for _, m := range MembersOf(l.seats) {
		if m.PersonID != l.to.ID {
			names = append(names, l.firstName(l.people[m.PersonID]))
		}
	}
	if len(names) == 0 {
		return l.say("letter.fact.members-none")
	}
	return strings.Join(names, ", ")
}

func seatAccepted(l *letter) error {
	if l.seat.State != Accepted {
		return outbox.Void("seat-closed")
	}
	if l.seat.In() {
		l.subject = l.say("letter.seat_accepted.subject", "circle", l.circle.Name)
		l.paragraph("letter.seat_accepted.in", "circle", l.circle.Name)
	} else {
		l.subject = l.say("letter.seat_accepted.late-subject", "circle", l.circle.Name)
		l.paragraph("letter.seat_accepted.late", "circle", l.circle.Name, "until", l.moment(l.seat.AcceptedAt.Add(ObjectWithin)))
	}
	facts := l.facts()
	if l.circle.VideoLink != "" && l.seat.In() {
		facts = append(facts, mail.Fact{Label: l.say("letter.fact.video"), Value: l.circle.VideoLink, URL: l.circle.VideoLink})
	}
	if l.circle.ChatLink != "" && l.seat.In() {
		facts = append(facts, mail.Fact{Label: l.say("letter.fact.chat"), Value: l.circle.ChatLink, URL: l.circle.ChatLink})
	}
	l.body.Blocks = append(l.body.Blocks, facts)
	switch {
	case l.seat.In() && l.circle.State.Begun(): // meanwhile: the begin letter is on its way
		l.paragraph("letter.seat_accepted.begun")
	case l.seat.In():
		l.paragraph("letter.seat_accepted.next")
	}
	l.whoSeesWhat()
	l.body.Footer = l.Footer(l.to, l.seat.ID)
	return nil
}

// newcomer is the first name of whoever the seat is for.
func (l *letter) newcomer() string { return l.firstName(l.people[l.seat.PersonID]) }

func seatAsked(l *letter) error {
	if l.seat.State != Held || over(l.seat.ExpiresAt, l.now) {
		return outbox.Void("seat-closed")
	}
	name, until := l.newcomer(), l.moment(*l.seat.ExpiresAt)
	l.subject = l.say("letter.seat_asked.subject", "name", name, "circle", l.circle.Name)
	l.paragraph("letter.seat_asked.why", "name", name, "circle", l.circle.Name, "until", until)
	l.paragraph("letter.seat_asked.nothing")
	l.paragraph("letter.seat_asked.decline", "name", name)
	l.buttons(mail.Link{Label: l.say("letter.seat_asked.button"), URL: l.link(LinkDeclineSeat, l.seat.ID, "")})
	l.memberFooter()
	return nil
}

// memberFooter is the footer with the seat of the member who is written to.
func (l *letter) memberFooter() {
	own := ""
	for _, m := range MembersOf(l.seats) {
		if m.PersonID == l.to.ID {
			own = m.ID
		}
	}
	l.body.Footer = l.Footer(l.to, own)
}

func seatWaiting(l *letter) error {
	if l.seat.State != Asked {
		return outbox.Void("seat-closed")
	}
	l.subject = l.say("letter.seat_waiting.subject", "circle", l.circle.Name)
	l.paragraph("letter.seat_waiting.why", "circle", l.circle.Name)
	l.paragraph("letter.seat_waiting.next", "programme", l.through.Name)
	l.applicantFooter(valueOf(l.seat.ApplicationID))
	return nil
}

func seatDeclined(l *letter) error {
	if l.seat.State != Declined {
		return outbox.Void("seat-open")
	}
	l.subject = l.say("letter.seat_declined.subject")
	l.paragraph("letter.seat_declined.why", "circle", l.circle.Name)
	if l.seat.ApplicationID != nil {
		l.paragraph("letter.seat_declined.next", "programme", l.through.Name)
	}
	l.applicantFooter(valueOf(l.seat.ApplicationID))
	return nil
}

func left(l *letter) error {
	if l.seat.State != Left || over(l.seat.UndoUntil, l.now) {
		return outbox.Void("seat-open")
	}
	l.subject = l.say("letter.left.subject", "circle", l.circle.Name)
	l.paragraph("letter.left.why", "circle", l.circle.Name)
	l.paragraph("letter.left.undo", "until", l.moment(*l.seat.UndoUntil))
	l.buttons(mail.Link{Label: l.say("letter.left.button"), URL: l.link(LinkUndoLeave, l.seat.ID, "")})
	l.applicantFooter("")
	return nil
}

func joinProposed(l *letter) error {
	if l.seat.State != Accepted || l.seat.In() {
		return outbox.Void("seat-closed")
	}
	name := l.newcomer()
	l.subject = l.say("letter.join_proposed.subject", "name", name, "circle", l.circle.Name)
	l.paragraph("letter.join_proposed.why", "name", name, "circle", l.circle.Name)
	l.paragraph("letter.join_proposed.nothing", "name", name, "until", l.moment(l.motion.DueAt))
	l.paragraph("letter.join_proposed.decline")
	l.objectButton("letter.join_proposed.button")
	return nil
}

func completeProposed(l *letter) error {
	l.subject = l.say("letter.complete_proposed.subject", "circle", l.circle.Name)
	l.paragraph("letter.complete_proposed.why", "circle", l.circle.Name)
	l.paragraph("letter.complete_proposed.nothing", "until", l.moment(l.motion.DueAt))
	l.objectButton("letter.complete_proposed.button")
	return nil
}

func endProposed(l *letter) error {
	l.subject = l.say("letter.end_proposed.subject", "circle", l.circle.Name)
	l.paragraph("letter.end_proposed.why", "circle", l.circle.Name, "reason", l.say("end_reason."+string(l.motion.Reason)))
	if l.motion.Body != "" {
		l.body.Blocks = append(l.body.Blocks, mail.Quote{Text: l.motion.Body})
	}
	l.paragraph("letter.end_proposed.nothing", "until", l.moment(l.motion.DueAt))
	l.objectButton("letter.end_proposed.button")
	return nil
}

func (l *letter) objectButton(key string) {
	l.buttons(mail.Link{Label: l.say(key), URL: l.link(LinkObject, l.motion.ID, "")})
	l.memberFooter()
}
