package circles

import (
	"context"
	"net/url"
	"strings"
	"time"

	"kring/guides"
	"kring/internal/clock"
	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/mail"
	"kring/internal/outbox"
	"kring/internal/text"
	"kring/internal/wall"
)

// The purposes of the links in letters: what the page behind a button is about, and what its row is.
const (
	LinkConfirm     = "confirm-application" // an application
	LinkAskSeat     = "ask-seat"            // a circle: a seat of it is asked for
	LinkApplication = "application"         // an application: see it, withdraw it
	LinkSeat        = "seat"                // a seat of one's own: yes, hour, no
	LinkDeclineSeat = "decline-seat"        // a seat that somebody asks for
	LinkObject      = "object"              // a motion
	LinkLeave       = "leave"               // a seat of one's own
	LinkUndoLeave   = "undo-leave"          // a seat of one's own
	LinkMe          = "me"                  // nothing: one's circles and dates
	LinkMails       = "mails"               // nothing: which mails one gets
	LinkSees        = "who-sees-what"       // nothing
	LinkFacilitate  = "facilitate"          // a programme: yes, no
	LinkSilence     = "silence"             // nothing: never to be written to again
)

// Letters puts the letters of this room together, at the moment of sending.
type Letters struct {
	db     *database.DB
	clock  *clock.Clock
	guides *guides.Library
	texts  *text.Catalog
	links  *identity.Links
	public string
}

// LettersOptions is what Letters is made of.
type LettersOptions struct {
	DB        *database.DB
	Clock     *clock.Clock
	Guides    *guides.Library
	Texts     *text.Catalog
	Links     *identity.Links
	PublicURL string // without a slash at its end; links are below it, at /l/
}

// NewLetters makes Letters.
func NewLetters(o LettersOptions) *Letters {
	return &Letters{
		db: o.DB, clock: o.Clock, guides: o.Guides, texts: o.Texts, links: o.Links,
		public: strings.TrimSuffix(o.PublicURL, "/"),
	}
}

// letter is one letter in the making: to whom, about what, in whose words.
type letter struct {
	*Letters
	to        identity.Person
	loc       *time.Location // of the person
	now       time.Time
	programme Programme
	through   Programme // through which the person of the seat came; zero: through none
	circle    Circle
	set       guides.Set
	seats     []Member
	people    map[string]identity.Person // who has a seat
	asker     identity.Person            // who asked the person in; the zero Person where nobody did or who is gone
	seat      Member                     // the seat that the notice is about, or that the motion is for
	motion    Motion
	subject   string
	body      mail.Body
}

// say answers a text in the person's language.
func (l *letter) say(key string, args ...any) string {
	values := map[string]any{}
	for i := 0; i+1 < len(args); i += 2 {
		values[args[i].(string)] = args[i+1]
	}
	return l.texts.Say(l.to.LetterLanguage, key, values)
}

// firstName is what somebody is called; of who is erased there is no name left.
func (l *letter) firstName(p identity.Person) string {
	if name := identity.FirstName(p); name != "" {
		return name
	}
	return l.say("letter.somebody")
}

func (l *letter) greeting() string {
	if name := identity.FirstName(l.to); name != "" {
		return l.say("letter.greeting", "name", name)
	}
	return l.say("letter.greeting-nobody")
}

// link answers the address of a page that a button opens. Opening it changes nothing.
func (l *letter) link(purpose, rowID, choice string) string {
	address := l.public + "/l/" + l.links.Sign(purpose, rowID, l.to)
	if choice != "" {
		address += "?choice=" + url.QueryEscape(choice)
	}
	return address
}

// moment is a date and a time on the person's wall, with the zone named.
func (l *letter) moment(at time.Time) string {
	lang := l.to.LetterLanguage
	return l.say("letter.moment", "date", wall.LongDate(wall.DateOf(at, l.loc), lang),
		"time", wall.TimeOfDayOf(at, l.loc).String(), "zone", wall.ZoneLabel(at, l.loc, lang))
}

func (l *letter) paragraph(key string, args ...any) {
	l.body.Blocks = append(l.body.Blocks, mail.Paragraph(l.say(key, args...)))
}

func (l *letter) buttons(buttons ...mail.Link) {
	l.body.Blocks = append(l.body.Blocks, mail.Buttons(buttons))
}

// Footer is the small print of a letter to a member: my dates, which mails, who sees what, leave.
func (l *Letters) Footer(person identity.Person, memberID string) []mail.Link {
	of := &letter{Letters: l, to: person}
	links := []mail.Link{
		{Label: of.say("letter.footer.mine"), URL: of.link(LinkMe, "", "")},
		{Label: of.say("letter.footer.mails"), URL: of.link(LinkMails, "", "")},
		{Label: of.say("letter.footer.sees"), URL: of.link(LinkSees, "", "")},
	}
	if memberID != "" {
		links = append(links, mail.Link{Label: of.say("letter.footer.leave"), URL: of.link(LinkLeave, memberID, "")})
	}
	return links
}

// Table is how the notices of this room become letters. KindJoinedLate and KindCameBack are not in it: those letters carry
// dates and are scheduling's, which also puts a calendar file to KindLeft.
func (l *Letters) Table() outbox.Table {
	return outbox.Table{
		KindConfirmApplication: {Compose: l.aboutApplication(confirmApplication), Urgent: true},
		KindAlreadySignedUp:    {Compose: l.aboutApplication(alreadySignedUp)},
		KindSeatOffered:        {Compose: l.aboutSeat(seatOffered)},
		KindSeatAccepted:       {Compose: l.aboutSeat(seatAccepted)},
		KindSeatAsked:          {Compose: l.aboutSeat(seatAsked)},
		KindSeatWaiting:        {Compose: l.aboutSeat(seatWaiting)},
		KindSeatDeclined:       {Compose: l.aboutSeat(seatDeclined)},
		KindLeft:               {Compose: l.aboutSeat(left)},
		KindJoinProposed:       {Compose: l.aboutMotion(joinProposed)},
		KindCompleteProposed:   {Compose: l.aboutMotion(completeProposed)},
		KindEndProposed:        {Compose: l.aboutMotion(endProposed)},
		KindFacilitatorInvited: {Compose: l.aboutFacilitation(facilitatorInvited)},
	}
}

// aboutApplication composes letters whose subject is an application.
func (l *Letters) aboutApplication(write func(*letter, Application) error) outbox.Compose {
	return l.compose(func(tx database.Tx, m *letter, n outbox.Notice) error {
		a, err := one[Application](tx, n.SubjectID, false)
		if err != nil {
			return err
		}
		if m.programme, err = one[Programme](tx, a.ProgrammeID, false); err != nil {
			return err
		}
		if n.CircleID != "" {
			if m.circle, err = CircleIn(tx, n.CircleID); err != nil {
				return err
			}
		}
		return write(m, a)
	})
}

// aboutSeat composes letters whose subject is a seat.
func (l *Letters) aboutSeat(write func(*letter) error) outbox.Compose {
	return l.compose(func(tx database.Tx, m *letter, n outbox.Notice) error {
		if err := m.readSeat(tx, n.SubjectID); err != nil {
			return err
		}
		return write(m)
	})
}

// aboutMotion composes letters whose subject is a motion.
func (l *Letters) aboutMotion(write func(*letter) error) outbox.Compose {
	return l.compose(func(tx database.Tx, m *letter, n outbox.Notice) error {
		var err error
		if m.motion, err = one[Motion](tx, n.SubjectID, false); err != nil {
			return err
		}
		if m.motion.State != MotionOpen {
			return outbox.Void("motion-closed")
		}
		if err := m.readSeat(tx, m.motion.MemberID); err != nil {
			return err
		}
		return write(m)
	})
}

// aboutFacilitation composes the letter whose subject is a programme that somebody is asked to facilitate.
func (l *Letters) aboutFacilitation(write func(*letter, FacilitatorInvitation) error) outbox.Compose {
	return l.compose(func(tx database.Tx, m *letter, n outbox.Notice) error {
		i, asked, err := facilitatorInvitation(tx, n.SubjectID, m.to.ID)
		if err != nil {
			return err
		}
		if !asked || over(&i.ExpiresAt, m.now) {
			return outbox.Void("invitation-over")
		}
		if m.programme, err = one[Programme](tx, i.ProgrammeID, false); err != nil {
			return err
		}
		if i.InvitedBy != nil {
			if m.asker, err = identity.FindIn(tx, *i.InvitedBy); err != nil {
				return err
			}
		}
		return write(m, i)
	})
}

// readSeat reads a seat with its circle and everybody in it.
func (l *letter) readSeat(tx database.Tx, memberID string) (err error) {
	if l.seat, err = MemberIn(tx, memberID); err != nil {
		return err
	}
	if l.circle, err = CircleIn(tx, l.seat.CircleID); err != nil {
		return err
	}
	if l.programme, err = one[Programme](tx, l.circle.ProgrammeID, false); err != nil {
		return err
	}
	if l.seat.ProgrammeID != nil {
		if l.through, err = one[Programme](tx, *l.seat.ProgrammeID, false); err != nil {
			return err
		}
	}
	if l.seats, err = seatsOf(tx, l.circle.ID); err != nil {
		return err
	}
	ids := []string{l.seat.PersonID, valueOf(l.circle.LookedAfterBy)}
	for _, m := range l.seats {
		ids = append(ids, m.PersonID)
	}
	l.people, err = peopleByID(tx, ids)
	l.set, _ = l.guides.Set(l.circle.GuideSet)
	return err
}

// compose makes a composer out of what reads and writes one letter: the frame that all of them share.
func (l *Letters) compose(fill func(tx database.Tx, m *letter, n outbox.Notice) error) outbox.Compose {
	return func(ctx context.Context, person identity.Person, notices []outbox.Notice) (mail.Message, error) {
		m := &letter{Letters: l, to: person, now: l.clock.Now()}
		loc, err := wall.LoadZone(person.Zone)
		if err != nil {
			return mail.Message{}, err
		}
		m.loc = loc
		m.body.Greeting = m.greeting()
		m.body.Closing = m.say("letter.closing")
		err = l.db.Snapshot(ctx, func(tx database.Tx) error { return fill(tx, m, notices[0]) })
		if fault.IsKind(err, fault.NotFound) {
			err = outbox.Void("gone")
		}
		if err != nil {
			return mail.Message{}, err
		}
		return mail.Message{Language: person.LetterLanguage, Subject: m.subject, Body: m.body, ReplyTo: m.replyTo()}, nil
	}
}

// replyTo is who asked the person in, or the facilitator who looks after the circle; the sender where there is neither.
func (l *letter) replyTo() mail.Address {
	p := l.asker
	if p.ID == "" {
		p = l.people[valueOf(l.circle.LookedAfterBy)]
	}
	if p.ID == "" || p.ErasedAt != nil {
		return mail.Address{}
	}
	return mail.Address{Name: p.Name, Mailbox: p.Email}
}
