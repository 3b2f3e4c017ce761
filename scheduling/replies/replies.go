package replies

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strconv"
	"strings"

	"kring/internal/clock"
	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/mailbox"
	"kring/internal/outbox"

	"kring/circles"
	"kring/scheduling"
	"kring/scheduling/ical"
)

// The purposes of the stable tokens in our address ([identity.Links.Stable]).
const (
	ForReply  = "reply"  // a member's: the organiser of the calendar entries that she gets
	ForBounce = "bounce" // a person's: where her letters come back to
)

// Outcome is what became of a mail.
type Outcome string

// The outcomes.
const (
	Recorded   Outcome = "recorded"   // an answer counts, or one that is newer does
	Outdated   Outcome = "outdated"   // an answer to a date that is no longer
	Proposed   Outcome = "proposed"   // a counter-proposal is put to the circle
	Bounced    Outcome = "bounced"    // an address is dead
	Told       Outcome = "told"       // the person is told that nobody reads it, or that the address is another
	Ignored    Outcome = "ignored"    // nothing to do, and nobody to tell
	Forged     Outcome = "forged"     // token, UID and sender do not agree
	Repeated   Outcome = "repeated"   // dealt with before
	Unreadable Outcome = "unreadable" // no mail
)

// Outcomes are all of them.
func Outcomes() []Outcome {
	return []Outcome{Recorded, Outdated, Proposed, Bounced, Told, Ignored, Forged, Repeated, Unreadable}
}

// Options are what Replies works with.
type Options struct {
	DB       *database.DB
	Clock    *clock.Clock
	Calendar *scheduling.Calendar
	Links    *identity.Links
	Address  mailbox.Address
	Host     string // of the public URL: the right-hand side of our UIDs
	AuthServ string // the server whose Authentication-Results are believed; "": nobody's
	Log      *slog.Logger
	// Taken is told what became of each mail; nil: nobody is.
	Taken func(Outcome)
}

// Replies deals with mails. It may be used from several goroutines, and by several processes on one mailbox.
type Replies struct {
	Options
	reader reader
}

// New makes Replies.
func New(o Options) *Replies {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Taken == nil {
		o.Taken = func(Outcome) {}
	}
	return &Replies{Options: o, reader: reader{ours: o.Address, authServ: o.AuthServ}}
}

// Take deals with a mail for good, or answers an error: then the database is away, and the mail is to come again.
func (r *Replies) Take(ctx context.Context, m mailbox.Mail) error {
	outcome, err := r.take(ctx, m)
	if err != nil {
		return err
	}
	r.Taken(outcome)
	if outcome != Repeated {
		r.Log.InfoContext(ctx, "a mail was taken", "outcome", string(outcome), "bytes", len(m.Raw))
	}
	return nil
}

func (r *Replies) take(ctx context.Context, m mailbox.Mail) (Outcome, error) {
	in, err := r.reader.read(m)
	if err != nil {
		return Unreadable, nil //nolint:nilerr // it will be no mail the next time either
	}
	var who party
	err = r.DB.Read(ctx, func(tx database.Tx) error {
		known, err := scheduling.KnowsMailIn(tx, in.hash)
		if err != nil || known {
			return orRepeated(err)
		}
		who, err = r.party(tx, in)
		return err
	})
	if errors.Is(err, errKnown) {
		return Repeated, nil
	}
	if err != nil {
		return "", err
	}
	switch {
	case in.report != nil:
		return r.bounce(ctx, in, who)
	case len(in.answers) > 0:
		return r.answer(ctx, in, who)
	default:
		return r.courtesy(ctx, in, who)
	}
}

var errKnown = errors.New("replies: dealt with before")

func orRepeated(err error) error {
	if err != nil {
		return err
	}
	return errKnown
}

// party is whom a mail is of, by its token: the member whose calendar entry is answered, or the person whose letter came back.
// Where it has no token that is ours, it is the person of its sender's address, which proves nothing.
type party struct {
	purpose string // of the token; "" for none
	member  circles.Member
	person  identity.Person // without id when nobody known
}

func (r *Replies) party(tx database.Tx, in incoming) (party, error) {
	for _, token := range in.tags {
		id, ok := r.Links.StableID(token)
		switch {
		case ok && r.Links.IsStable(token, ForReply, id, 0):
			m, err := circles.MemberIn(tx, id)
			if err != nil {
				return party{}, gonePerson(err)
			}
			p, err := identity.FindIn(tx, m.PersonID)
			return party{purpose: ForReply, member: m, person: p}, gonePerson(err)
		case ok && r.Links.IsStable(token, ForBounce, id, 0):
			p, err := identity.FindIn(tx, id)
			return party{purpose: ForBounce, person: p}, gonePerson(err)
		}
	}
	if in.from == "" || len(in.tags) > 0 {
		return party{}, nil // who writes to a token of nobody got it from nobody
	}
	p, err := identity.ByEmailIn(tx, in.from)
	return party{person: p}, gonePerson(err)
}

func gonePerson(err error) error {
	if fault.IsKind(err, fault.NotFound) {
		return nil
	}
	return err
}

// there says whether the person is somebody who can be written to.
func (p party) there() bool {
	return p.person.ID != "" && p.person.ErasedAt == nil && p.person.Confirmed()
}

// isSender says whether the mail comes from the person's own address, as far as a mail can say.
func (p party) isSender(in incoming) bool {
	return p.there() && in.from != "" && in.from == p.person.Email && !in.failed
}

// done notes a mail as dealt with, with what else is to be written.
func (r *Replies) done(ctx context.Context, in incoming, outcome Outcome, fn func(tx database.Tx) error) (Outcome, error) {
	err := r.DB.Write(ctx, func(tx database.Tx) error {
		fresh, err := scheduling.RememberMailIn(tx, in.hash, r.Clock.Now())
		if err == nil && !fresh {
			err = errKnown
		}
		if err != nil || fn == nil {
			return err
		}
		return fn(tx)
	})
	if errors.Is(err, errKnown) {
		return Repeated, nil
	}
	return outcome, err
}

// bounce takes the word of a report that came to the address that only the letter's own way knows.
func (r *Replies) bounce(ctx context.Context, in incoming, who party) (Outcome, error) {
	dead := who.purpose == ForBounce && who.person.ErasedAt == nil && slices.Contains(in.report.dead, who.person.Email)
	if !dead {
		outcome := Ignored
		if who.purpose != ForBounce {
			outcome = Forged
		}
		return r.done(ctx, in, outcome, nil)
	}
	return r.done(ctx, in, Bounced, func(tx database.Tx) error {
		p, err := identity.LockIn(tx, who.person.ID)
		if err != nil || p.Email != who.person.Email {
			return gonePerson(err) // she has another address since
		}
		return identity.MarkUndeliverableIn(tx, r.Clock.Now(), p.ID)
	})
}

// answer is an answer of a calendar program, or a counter-proposal.
func (r *Replies) answer(ctx context.Context, in incoming, who party) (Outcome, error) {
	entry, ok := r.entryOf(in.answers[0].UID)
	if who.purpose != ForReply || !who.there() || !ok || entry.circleID != who.member.CircleID || in.failed {
		return r.done(ctx, in, Forged, nil)
	}
	if !who.member.In() {
		return r.done(ctx, in, Ignored, nil) // she left
	}
	own := slices.DeleteFunc(slices.Clone(in.answers), func(a ical.Answer) bool {
		return a.UID != in.answers[0].UID || a.Attendee != who.person.Email
	})
	if !who.isSender(in) || len(own) == 0 {
		return r.tell(ctx, in, who, scheduling.NoticeOtherAddress)
	}
	actor := identity.Actor{PersonID: who.person.ID, MemberOnly: true}
	if in.method == ical.Counter {
		return r.counter(ctx, in, who, actor, entry, own)
	}
	return r.record(ctx, in, actor, entry, own)
}

// entry is what a UID of ours says.
type entry struct {
	circleID string
	series   int
}

// entryOf reads <circle>-<series>@<host>, as letters write it.
func (r *Replies) entryOf(uid string) (entry, bool) {
	name, host, _ := strings.Cut(uid, "@")
	dash := strings.LastIndexByte(name, '-')
	if dash < 0 || !strings.EqualFold(host, r.Host) {
		return entry{}, false
	}
	series, err := strconv.Atoi(name[dash+1:])
	e := entry{circleID: strings.ToLower(name[:dash]), series: series}
	return e, err == nil && database.IsID(e.circleID)
}

// record writes answers down.
func (r *Replies) record(ctx context.Context, in incoming, actor identity.Actor, e entry, own []ical.Answer) (Outcome, error) {
	mailed := scheduling.MailedAnswers{Mail: in.hash, CircleID: e.circleID, Series: e.series}
	for _, a := range own {
		said, ok := answerOf(a.PartStat)
		if !ok {
			continue
		}
		mailed.Answers = append(mailed.Answers, scheduling.EntryAnswer{
			Place: a.Place, Answer: said, Sequence: a.Sequence, StartsAt: a.StartAt, At: a.Stamp,
		})
	}
	if len(mailed.Answers) == 0 {
		return r.done(ctx, in, Ignored, nil)
	}
	heard, err := r.Calendar.AnswerEntries(ctx, actor, mailed)
	switch {
	case refusal(err):
		return r.done(ctx, in, Ignored, nil) // she left, or the circle is over
	case err != nil:
		return "", err
	case heard.Repeated:
		return Repeated, nil
	case heard.Recorded > 0, heard.Older > 0, heard.Asked:
		return Recorded, nil
	case heard.Outdated > 0:
		return Outdated, nil
	}
	return Ignored, nil
}

// answerOf is what a participation status says (RFC 5545, 3.2.12); false for who has not decided or sends somebody else.
func answerOf(partStat string) (scheduling.Answer, bool) {
	switch partStat {
	case "ACCEPTED":
		return scheduling.Yes, true
	case "DECLINED":
		return scheduling.No, true
	case "TENTATIVE":
		return scheduling.Unsure, true
	}
	return "", false
}

// refusal says whether an error is the answer of a rule: it will be the same the next time.
func refusal(err error) bool {
	f, ok := fault.Of(err)
	return ok && f.Kind != fault.Unavailable
}

// counter puts the start that somebody proposes to the circle. A proposal that breaks a rule is answered by what else can be
// done.
func (r *Replies) counter(ctx context.Context, in incoming, who party, actor identity.Actor, e entry, own []ical.Answer) (Outcome, error) {
	wanted := own[0]
	s, err := r.Calendar.EntrySession(ctx, actor, e.circleID, e.series, wanted.Place)
	if err == nil && (wanted.StartAt.IsZero() || wanted.StartAt.Equal(s.StartsAt)) {
		return r.record(ctx, in, actor, e, own) // it proposes nothing: only what it says of coming counts
	}
	if err == nil {
		_, err = r.Calendar.ProposeDate(ctx, actor, s.ID, scheduling.Wanted{StartsAt: wanted.StartAt})
	}
	switch {
	case refusal(err):
		return r.tell(ctx, in, who, scheduling.NoticeNobodyReads)
	case err != nil:
		return "", err
	}
	return r.done(ctx, in, Proposed, nil)
}

// courtesy tells a person that nobody reads what she wrote. Strangers, programs and senders who may be somebody else are not
// answered at all.
func (r *Replies) courtesy(ctx context.Context, in incoming, who party) (Outcome, error) {
	if in.automatic || !who.isSender(in) || in.from == r.Address.String() {
		return r.done(ctx, in, Ignored, nil)
	}
	return r.tell(ctx, in, who, scheduling.NoticeNobodyReads)
}

// tell writes a person a letter, at the address that is hers, once a month.
func (r *Replies) tell(ctx context.Context, in incoming, who party, kind string) (Outcome, error) {
	outcome := Told
	done, err := r.done(ctx, in, Told, func(tx database.Tx) error {
		now := r.Clock.Now()
		polite, err := scheduling.CourtesyIn(tx, who.person.ID, now)
		if err != nil || !polite {
			outcome = Ignored
			return err
		}
		outcome = Told
		return outbox.NoteIn(tx, outbox.Notice{
			PersonID: who.person.ID, Kind: kind, Key: who.person.ID + " " + kind + " " + in.hash, CircleID: who.member.CircleID,
			HoldUntil: now, UsefulUntil: now.AddDate(0, 0, 7),
		})
	})
	if done == Repeated || err != nil {
		return done, err
	}
	return outcome, nil
}
