package letters

import (
	"context"
	"net/url"
	"strings"
	"sync"

	"kring/internal/clock"
	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/mail"
	"kring/internal/outbox"
	"kring/internal/text"
	"kring/internal/wall"

	"kring/circles"
	"kring/scheduling"
	"kring/scheduling/health"
	"kring/scheduling/ical"
)

// Letters composes what scheduling and health tell people, at the moment of sending. It may be used from several
// goroutines.
type Letters struct {
	db       *database.DB
	clock    *clock.Clock
	calendar *scheduling.Calendar
	watch    *health.Watch
	circles  *circles.Letters
	texts    *text.Catalog
	links    *identity.Links
	public   string
	domain   string       // of the public address: the right-hand side of UIDs
	from     mail.Address // the organiser of calendar entries while nobody reads answers

	replyAddress func(token string) string // nil: nobody does
	calendars    *ical.Writer
}

// Options is what Letters is made of.
type Options struct {
	DB       *database.DB
	Clock    *clock.Clock
	Calendar *scheduling.Calendar
	Watch    *health.Watch
	Circles  *circles.Letters // the footer of all letters is that room's
	Texts    *text.Catalog
	Links    *identity.Links
	// PublicURL is where people reach Kring; links are below it, at /l/ and /guides/.
	PublicURL string
	// From is who the mails come from. Without ReplyAddress it is the organiser of every calendar entry, who must stay
	// the same for as long as entries are to be changed.
	From mail.Address
	// ReplyAddress is the address at which answers to an invitation are read, by the stable token of the seat that was
	// invited. nil: nobody reads answers, and invitations ask for none.
	ReplyAddress func(token string) string
}

// New makes Letters.
func New(o Options) *Letters {
	public := strings.TrimSuffix(o.PublicURL, "/")
	domain := "kring"
	if address, err := url.Parse(public); err == nil && address.Hostname() != "" {
		domain = address.Hostname()
	}
	return &Letters{
		db: o.DB, clock: o.Clock, calendar: o.Calendar, watch: o.Watch, circles: o.Circles, texts: o.Texts, links: o.Links,
		public: public, domain: domain, from: o.From, replyAddress: o.ReplyAddress,
		calendars: &ical.Writer{},
	}
}

// audience is whom a letter goes to, and so what must still be true of that person.
type audience uint8

const (
	member   audience = iota // who is in the circle, which is not over
	lastOnes                 // who is in the circle, over or not
)

// kind is how notices of one kind become letters.
type kind struct {
	to    audience
	list  outbox.List
	merge string
	write func(*letter) error
}

// kinds is every notice of a circle that scheduling gives; the facilitators' are in facilitator.go.
func kinds() map[string]kind {
	return map[string]kind{
		scheduling.NoticeBegin:      {write: begin},
		scheduling.NoticeJoinedLate: {write: joinedLate},
		circles.KindCameBack:        {write: cameBack},

		scheduling.NoticeReminderTwoDays: {list: outbox.Reminders, merge: "reminder", write: reminding},
		scheduling.NoticeFlagAsked:       {list: outbox.Reminders, merge: "reminder", write: reminding},
		scheduling.NoticeReminderHour:    {list: outbox.Reminders, write: reminderHour},
		scheduling.NoticeOutcomeQuestion: {list: outbox.Reminders, write: outcomeQuestion},
		scheduling.NoticeStillIn:         {list: outbox.Reminders, write: stillIn},
		scheduling.NoticeGoOn:            {list: outbox.Reminders, write: goOn},
		scheduling.NoticeFinishOrMore:    {list: outbox.Reminders, write: finishOrMore},
		scheduling.NoticeQuorumLost:      {list: outbox.Reminders, write: quorumLost},
		scheduling.NoticeHostChanged:     {list: outbox.Reminders, write: hostChanged},
		scheduling.NoticeProposal:        {list: outbox.Reminders, merge: "proposal", write: dateProposals},
		scheduling.NoticeProposalStays:   {list: outbox.Reminders, write: proposalStays},
		scheduling.NoticeGoNoGo:          {list: outbox.Reminders, write: goNoGo},

		scheduling.NoticeDatesChanged: {list: outbox.Changes, merge: "changes", write: changes},
		scheduling.NoticePaused:       {list: outbox.Changes, merge: "changes", write: changes},
		scheduling.NoticeReturnSoon:   {list: outbox.Changes, merge: "changes", write: changes},
		scheduling.NoticeResumed:      {list: outbox.Changes, merge: "changes", write: changes},
		circles.KindPlaceChanged:      {list: outbox.Changes, merge: "changes", write: changes},

		scheduling.NoticeCircleMessage:  {write: circleMessage},
		scheduling.NoticeAnswerOutdated: {write: answerOutdated},
		scheduling.NoticeCompleted:      {to: lastOnes, write: completed},
		scheduling.NoticeEnded:          {to: lastOnes, write: ended},
	}
}

// Table is how every notice of scheduling and health becomes a letter, and those of the circles room that carry a
// calendar file: its letter to somebody who left stands here too, and is to be taken from here.
func (l *Letters) Table() outbox.Table {
	table := outbox.Table{
		scheduling.NoticeStalling:       {Compose: l.stalling, Merge: "stalling"},
		scheduling.NoticeWeeklyOverview: {Compose: l.weeklyOverview},
		scheduling.NoticeNobodyReads:    {Compose: l.nobodyReads},
		scheduling.NoticeOtherAddress:   {Compose: l.otherAddress},
		circles.KindLeft:                {Compose: l.leaving},
	}
	for name, k := range kinds() {
		table[name] = outbox.Kind{Compose: l.composer(k), List: k.list, Merge: k.merge}
	}
	return table
}

// composer makes a Compose out of what writes one letter: the frame that all letters to members share.
func (l *Letters) composer(k kind) outbox.Compose {
	return func(ctx context.Context, person identity.Person, notices []outbox.Notice) (mail.Message, error) {
		m, err := l.letter(ctx, person, notices)
		if err != nil {
			return mail.Message{}, err
		}
		if err := m.stillDue(k.to); err != nil {
			return mail.Message{}, err
		}
		if err := k.write(m); err != nil {
			return mail.Message{}, err
		}
		return m.message(k.list), nil
	}
}

// letter begins a letter about a circle.
func (l *Letters) letter(ctx context.Context, person identity.Person, notices []outbox.Notice) (*letter, error) {
	m, err := l.blank(ctx, person, notices)
	if err != nil {
		return nil, err
	}
	if m.dossier, err = l.dossier(ctx, m.notice.CircleID); err != nil {
		return nil, gone(err)
	}
	m.b = m.dossier.For(person.ID)
	for _, seat := range m.b.Members {
		if seat.PersonID == person.ID {
			m.me = seat
		}
	}
	return m, nil
}

// blank begins a letter about anything.
func (l *Letters) blank(ctx context.Context, person identity.Person, notices []outbox.Notice) (*letter, error) {
	loc, err := wall.LoadZone(person.Zone)
	if err != nil {
		return nil, err
	}
	m := &letter{
		Letters: l, ctx: ctx, to: person, lang: person.LetterLanguage, loc: loc, now: l.clock.Now(),
		notice: notices[0], notices: notices,
	}
	m.body.Greeting = m.greeting()
	m.body.Closing = m.say("letter.closing")
	return m, nil
}

// gone makes of a row that no longer exists an occasion that is gone.
func gone(err error) error {
	if fault.IsKind(err, fault.NotFound) {
		return outbox.Void("gone")
	}
	return err
}

// passKey is where a context keeps what its pass has read.
type passKey struct{}

// pass is what one pass of letters has read, by circle.
type pass struct {
	mu   sync.Mutex
	read map[string]*reading
}

// reading is a circle in a pass. Who needs it while another letter's composer reads it waits for that one.
type reading struct {
	mu      sync.Mutex
	dossier *scheduling.Dossier
}

// Pass answers a context for one pass of sending: within it a circle is read once for all its letters, and again only
// when it changed in between. Without it every letter reads anew.
func (l *Letters) Pass(ctx context.Context) context.Context {
	return context.WithValue(ctx, passKey{}, &pass{read: map[string]*reading{}})
}

// mostKept bounds what a pass remembers.
const mostKept = 500

func (p *pass) of(circleID string) *reading {
	p.mu.Lock()
	defer p.mu.Unlock()
	if known := p.read[circleID]; known != nil {
		return known
	}
	if len(p.read) >= mostKept {
		clear(p.read)
	}
	fresh := &reading{}
	p.read[circleID] = fresh
	return fresh
}

func (l *Letters) dossier(ctx context.Context, circleID string) (*scheduling.Dossier, error) {
	p, ok := ctx.Value(passKey{}).(*pass)
	if !ok {
		return l.calendar.Dossier(ctx, circleID)
	}
	r := p.of(circleID)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.dossier != nil {
		same, err := l.calendar.Unchanged(ctx, r.dossier)
		if err != nil || same {
			return r.dossier, err
		}
	}
	fresh, err := l.calendar.Dossier(ctx, circleID)
	if err == nil {
		r.dossier = fresh
	}
	return fresh, err
}

// unsubscribe is the purpose of the link that leaves a list; "" for letters on none.
func unsubscribe(list outbox.List) string {
	switch list {
	case outbox.Reminders:
		return LinkOffReminder
	case outbox.Changes:
		return LinkOffChanges
	}
	return ""
}
