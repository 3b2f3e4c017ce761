package letters

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"

	"kring/guides"
	"kring/internal/identity"
	"kring/internal/journal"
	"kring/internal/mail"
	"kring/internal/outbox"
	"kring/internal/wall"

	"kring/circles"
	"kring/scheduling"
)

// letter is one letter in the making: to whom, about what, in whose words and on whose wall.
type letter struct {
	*Letters
	ctx     context.Context //nolint:containedctx // a letter lives no longer than the call that composes it
	to      identity.Person
	lang    string
	loc     *time.Location // of the person
	now     time.Time
	notice  outbox.Notice // the first
	notices []outbox.Notice

	dossier *scheduling.Dossier
	b       scheduling.Briefing
	me      circles.Member // the person's seat; zero when not in

	subject string
	body    mail.Body
	files   []mail.Calendar
	replyTo *mail.Address // nil: who looks after the circle
}

// stillDue voids a letter to somebody who left, or about a circle that is over.
func (l *letter) stillDue(to audience) error {
	if l.me.ID == "" {
		return outbox.Void("left")
	}
	if to == member && l.b.Circle.State.Over() {
		return outbox.Void("circle-over")
	}
	return nil
}

// session is the session that the notice is about, as it still is: else the letter is void.
func (l *letter) session() (scheduling.Session, error) {
	s, found := l.b.Session(l.notice.SessionID)
	if !found {
		return s, outbox.Void("session-gone")
	}
	if !scheduling.StillTrue(l.notice, s) {
		return s, outbox.Void("session-changed")
	}
	return s, nil
}

// message is the letter as it goes to the outbox.
func (l *letter) message(list outbox.List) mail.Message {
	m := mail.Message{Language: l.lang, Subject: l.subject, Body: l.body, Calendars: l.files, ReplyTo: l.repliesTo()}
	own := l.me.ID
	if l.b.Circle.State.Over() {
		own = ""
	}
	m.Body.Footer = l.circles.Footer(l.to, own)
	if purpose := unsubscribe(list); purpose != "" {
		m.UnsubscribeURL = l.public + "/u/" + l.links.Sign(purpose, "", l.to)
	}
	return m
}

// repliesTo is the facilitator who looks after the circle; the sender where there is none.
func (l *letter) repliesTo() mail.Address {
	if l.replyTo != nil {
		return *l.replyTo
	}
	p, known := l.lookingAfter()
	if !known {
		return mail.Address{}
	}
	return mail.Address{Name: p.Name, Mailbox: p.Email}
}

func (l *letter) lookingAfter() (identity.Person, bool) {
	by := l.b.Circle.LookedAfterBy
	if by == nil {
		return identity.Person{}, false
	}
	p, known := l.b.People[*by]
	return p, known && p.ErasedAt == nil && p.Email != ""
}

// say answers a text in the person's language; args are names and values in turn.
func (l *letter) say(key string, args ...any) string {
	return l.texts.Say(l.lang, key, named(args))
}

func named(args []any) map[string]any {
	values := make(map[string]any, len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		values[args[i].(string)] = args[i+1]
	}
	return values
}

// titled writes the subject.
func (l *letter) titled(key string, args ...any) { l.subject = l.say(key, args...) }

func (l *letter) add(blocks ...mail.Block) { l.body.Blocks = append(l.body.Blocks, blocks...) }

func (l *letter) paragraph(key string, args ...any) { l.add(mail.Paragraph(l.say(key, args...))) }

func (l *letter) heading(key string) { l.add(mail.Heading(l.say(key))) }

func (l *letter) note(key string, args ...any) { l.add(mail.Note(l.say(key, args...))) }

// fact adds a line to a table of facts, unless there is nothing to say.
func (l *letter) fact(facts mail.Facts, key, value, address string) mail.Facts {
	if value == "" {
		return facts
	}
	return append(facts, mail.Fact{Label: l.say(key), Value: value, URL: address})
}

// button is a choice on the page of a link: "button.<purpose>.<choice>".
func (l *letter) button(purpose, rowID, choice string) mail.Link {
	return mail.Link{Label: l.say("button." + purpose + "." + choice), URL: l.link(purpose, rowID, choice)}
}

// link answers the address of a page that a button opens. Opening it changes nothing.
func (l *letter) link(purpose, rowID, choice string) string {
	address := l.public + "/l/" + l.links.Sign(purpose, rowID, l.to)
	if choice != "" {
		address += "?choice=" + url.QueryEscape(choice)
	}
	return address
}

// guide is the guide of a week in the person's language, and the address of its page. It answers false for a week that
// the set has not.
func (l *letter) guide(week int) (guides.Week, string, bool) {
	w, ok := l.b.Set.Week(week, l.lang)
	address := l.public + "/guides/" + url.PathEscape(l.b.Set.Key) + "/" + strconv.Itoa(week) + "?lang=" + l.lang
	return w, address, ok
}

// guideLine is "4 · Title".
func guideLine(w guides.Week) string { return strconv.Itoa(w.Number) + " · " + w.Title }

// moment is a date and a time on the person's wall, with the zone named.
func (l *letter) moment(at time.Time) string {
	return l.say("letter.moment", "date", wall.LongDate(l.on(at), l.lang), "time", l.clockTime(at), "zone", wall.ZoneLabel(at, l.loc, l.lang))
}

// day is a date on the person's wall: "dinsdag 6 juni".
func (l *letter) day(at time.Time) string { return dayWords(l.on(at), l.lang) }

func (l *letter) on(at time.Time) wall.Date { return wall.DateOf(at, l.loc) }

func (l *letter) clockTime(at time.Time) string { return wall.TimeOfDayOf(at, l.loc).String() }

// dayWords is a date without its year.
func dayWords(d wall.Date, lang string) string {
	long := wall.LongDate(d, lang)
	return long[:strings.LastIndex(long, " ")]
}

// dates are sessions on the person's wall, one line each; the zone stands where it is new or its offset changed.
func (l *letter) dates(sessions []scheduling.Session) mail.List {
	var lines mail.List
	moment := l.moments()
	for _, s := range sessions {
		lines = append(lines, moment(s.StartsAt))
	}
	return lines
}

// coming are the sessions that lie ahead.
func (l *letter) coming() []scheduling.Session {
	var out []scheduling.Session
	for _, s := range l.b.Sessions {
		if s.Coming(l.now) {
			out = append(out, s)
		}
	}
	return out
}

// name is the first name of a member's person.
func (l *letter) greeting() string {
	if name := identity.FirstName(l.to); name != "" {
		return l.say("letter.greeting", "name", name)
	}
	return l.say("letter.greeting-nobody")
}

func (l *letter) name(m circles.Member) string {
	if name := identity.FirstName(l.b.People[m.PersonID]); name != "" {
		return name
	}
	return l.say("letter.somebody") // erased
}

func (l *letter) memberByID(id *string) (circles.Member, bool) {
	if id == nil {
		return circles.Member{}, false
	}
	for _, m := range l.b.Members {
		if m.ID == *id {
			return m, true
		}
	}
	return circles.Member{}, false
}

// names is "An, Ben en Cato".
func (l *letter) names(members []circles.Member) string {
	names := make([]string, len(members))
	for i, m := range members {
		names[i] = l.name(m)
	}
	return l.list(names)
}

// list joins words as one does in speech.
func (l *letter) list(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return l.say("letter.list", "others", strings.Join(words[:last], ", "), "last", words[last])
}

// leads says whether the person leads the session.
func (l *letter) leads(s scheduling.Session) bool {
	return s.HostID != nil && *s.HostID == l.me.ID
}

// by is " door An", with its space: who did the last of some things about the circle, up to the letter. It is empty when
// Kring did.
func (l *letter) by(actions ...string) string {
	var last journal.Entry
	for _, action := range actions {
		if deed, found := l.dossier.Deed(action, "", l.now); found && deed.At.After(last.At) {
			last = deed
		}
	}
	if last.ActorID == "" {
		return ""
	}
	return " " + l.say("letter.by", "who", l.doer(last.ActorID))
}

func (l *letter) doer(personID string) string {
	if personID == l.to.ID {
		return l.say("letter.who.you")
	}
	for _, m := range l.dossier.Seats {
		if m.PersonID == personID && m.InAt != nil { // also one who left meanwhile
			return l.name(m)
		}
	}
	return l.say("letter.who.facilitator")
}
