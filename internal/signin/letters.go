package signin

import (
	"context"
	"net/url"
	"strings"
	"time"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/mail"
	"kring/internal/outbox"
	"kring/internal/wall"
)

// The kinds of notices of this room.
const (
	KindSignIn     = "sign_in"     // a request: the letter with link and code
	KindAddressOld = "address_old" // a change of address, to the address that is left
	KindAddressNew = "address_new" // a change of address, to the new address
)

// queueAtOnce is how many requests one transaction asks letters for.
const queueAtOnce = 500

// Table is how the notices of this room become letters. All are urgent: somebody waits for them, and an address that
// refused a mail before proves by them that it takes mail again.
func (s *SignIn) Table() outbox.Table {
	return outbox.Table{
		KindSignIn:     {Compose: s.compose(signInLetter), Urgent: true},
		KindAddressOld: {Compose: s.compose(oldAddressLetter), Urgent: true},
		KindAddressNew: {Compose: s.compose(newAddressLetter), Urgent: true},
	}
}

// QueueLetters is a pass: it asks for the letters of requests that somebody known made. It answers how many; nothing of
// it falls due by time alone, so there is no next moment.
func (s *SignIn) QueueLetters(ctx context.Context, now time.Time) (int, time.Time, error) {
	var waits bool
	err := s.db.Read(ctx, func(tx database.Tx) (err error) {
		waits, err = anyUnwritten(tx)
		return err
	})
	letters := 0
	for err == nil && waits {
		var seen, asked int
		seen, asked, err = s.queueSome(ctx, database.Cut(now))
		letters += asked
		waits = seen == queueAtOnce
	}
	return letters, time.Time{}, err
}

func (s *SignIn) queueSome(ctx context.Context, now time.Time) (seen, letters int, err error) {
	err = s.db.Write(ctx, func(tx database.Tx) error {
		rows, err := unwritten(tx, queueAtOnce)
		seen, letters = len(rows), 0
		if err != nil || seen == 0 {
			return err
		}
		var ids []string
		var notices []outbox.Notice
		for _, r := range rows {
			ids = append(ids, r.ID)
			if r.PersonID != nil {
				notices = append(notices, outbox.Notice{
					PersonID: *r.PersonID, Kind: KindSignIn, Key: KindSignIn + ":" + r.ID, SubjectID: r.ID,
					HoldUntil: now, UsefulUntil: r.ExpiresAt,
				})
			}
		}
		letters = len(notices)
		if err := markWritten(tx, ids, now); err != nil {
			return err
		}
		return outbox.NoteIn(tx, notices...)
	})
	return seen, letters, err
}

// letter is one letter in the making.
type letter struct {
	*SignIn
	person  identity.Person
	loc     *time.Location // of the person
	now     time.Time      // product time
	message mail.Message
}

// compose makes a composer out of what writes one letter: the frame that all share. What is no longer there is void.
func (s *SignIn) compose(write func(tx database.Tx, l *letter, subjectID string) error) outbox.Compose {
	return func(ctx context.Context, person identity.Person, notices []outbox.Notice) (mail.Message, error) {
		loc, err := wall.LoadZone(person.Zone)
		if err != nil {
			return mail.Message{}, err
		}
		l := &letter{SignIn: s, person: person, loc: loc, now: s.clock.Now()}
		l.message.Language = person.LetterLanguage
		l.message.Body.Closing = l.say("letter.sign_in.closing")
		err = s.db.Snapshot(ctx, func(tx database.Tx) error { return write(tx, l, notices[0].SubjectID) })
		if fault.IsKind(err, fault.NotFound) {
			err = outbox.Void("gone")
		}
		return l.message, err
	}
}

// signInLetter says link and code. It answers whoever has the address, so it says nothing of the person but the name that
// she confirmed herself.
func signInLetter(tx database.Tx, l *letter, requestID string) error {
	r, err := requestByID(tx, requestID, false)
	if err != nil {
		return err
	}
	if !r.open(l.now) || r.PersonID == nil || *r.PersonID != l.person.ID {
		return outbox.Void("gone")
	}
	said, known := l.keys.letter(r)
	if !known {
		l.log.Warn("a sign-in letter was asked for with a secret that is gone", "request", r.ID)
		return outbox.Void("gone")
	}
	l.greet()
	l.message.Subject = l.say("letter.sign_in.subject")
	l.paragraph("letter.sign_in.why")
	l.buttons(mail.Link{Label: l.say("letter.sign_in.button"), URL: l.public + "/s/" + said.token})
	l.paragraph("letter.sign_in.code")
	l.add(spaced(said.code))
	l.paragraph("letter.sign_in.until", "time", wall.TimeOfDayOf(r.ExpiresAt, l.loc).String(),
		"zone", wall.ZoneLabel(r.ExpiresAt, l.loc, l.person.LetterLanguage))
	l.paragraph("letter.sign_in.nobody")
	l.paragraph("letter.sign_in.not-you")
	return nil
}

// spaced shows a code so that it can be read aloud and typed.
func spaced(code string) mail.Rendered {
	shown := code[:codeDigits/2] + " " + code[codeDigits/2:]
	return mail.Rendered{
		Text: "    " + shown,
		HTML: `<p style="margin:0;font-size:32px;line-height:1.3;font-weight:600;letter-spacing:4px;white-space:nowrap">` + shown + `</p>`,
	}
}

// oldAddressLetter asks at the address that is left whether it was its owner who asked.
func oldAddressLetter(tx database.Tx, l *letter, changeID string) error {
	c, err := l.change(tx, changeID)
	if err != nil {
		return err
	}
	if !c.OldNeeded || c.OldConfirmedAt != nil {
		return outbox.Void("confirmed")
	}
	l.greet()
	l.message.Subject = l.say("letter.address_old.subject")
	l.paragraph("letter.address_old.why")
	l.add(mail.Quote{Text: c.Email})
	l.paragraph("letter.address_old.both")
	link := l.link(LinkAddressOld, c)
	l.buttons(
		mail.Link{Label: l.say("letter.address_old.yes"), URL: link + "?choice=" + url.QueryEscape(ChoiceYes)},
		mail.Link{Label: l.say("letter.address_old.no"), URL: link + "?choice=" + url.QueryEscape(ChoiceNo)},
	)
	l.paragraph("letter.address_old.until", "until", l.moment(c.ExpiresAt))
	l.paragraph("letter.address_old.not-you")
	return nil
}

// newAddressLetter goes to an address that anybody may have typed: it says no name and no other address. What somebody
// else has, or asked for silence, gets none; whoever asked is not told so.
func newAddressLetter(tx database.Tx, l *letter, changeID string) error {
	c, err := l.change(tx, changeID)
	if err != nil {
		return err
	}
	_, err = identity.ByEmailIn(tx, c.Email)
	if err == nil || c.NewConfirmedAt != nil {
		return outbox.Void("gone")
	}
	if !fault.IsKind(err, fault.NotFound) {
		return err
	}
	if reason, err := identity.SuppressedIn(tx, c.Email); err != nil || reason == identity.Silence {
		return or(err, outbox.Void(identity.Silence))
	}
	l.message.To = mail.Address{Mailbox: c.Email}
	l.message.Body.Greeting = l.say("letter.sign_in.greeting-nobody")
	l.message.Subject = l.say("letter.address_new.subject")
	why := "letter.address_new.why"
	if c.needsOld(l.person) && c.OldConfirmedAt == nil {
		why = "letter.address_new.why-both"
	}
	l.paragraph(why)
	l.buttons(mail.Link{Label: l.say("letter.address_new.button"), URL: l.link(LinkAddressNew, c)})
	l.paragraph("letter.address_new.until", "until", l.moment(c.ExpiresAt))
	l.paragraph("letter.address_new.not-you")
	return nil
}

// change reads a change of the person's address that still waits.
func (l *letter) change(tx database.Tx, id string) (change, error) {
	c, err := changeByID(tx, id, false)
	if err == nil && (c.PersonID != l.person.ID || !l.now.Before(c.ExpiresAt)) {
		err = outbox.Void("gone")
	}
	return c, err
}

// link answers the address of a page that a button opens. Opening it changes nothing.
func (l *letter) link(purpose string, c change) string {
	return l.public + "/l/" + l.links.SignUntil(purpose, c.ID, l.person, c.ExpiresAt)
}

// greet says the person's name once it is her own word.
func (l *letter) greet() {
	if l.person.Confirmed() {
		l.message.Body.Greeting = l.say("letter.sign_in.greeting", "name", identity.FirstName(l.person))
		return
	}
	l.message.Body.Greeting = l.say("letter.sign_in.greeting-nobody")
}

// moment is a date and a time on the person's wall, with the zone named.
func (l *letter) moment(at time.Time) string {
	lang := l.person.LetterLanguage
	return l.say("letter.address.moment", "date", wall.LongDate(wall.DateOf(at, l.loc), lang),
		"time", wall.TimeOfDayOf(at, l.loc).String(), "zone", wall.ZoneLabel(at, l.loc, lang))
}

// say answers a text in the person's language.
func (l *letter) say(key string, args ...string) string {
	values := map[string]any{}
	for i := 0; i+1 < len(args); i += 2 {
		values[args[i]] = args[i+1]
	}
	return l.texts.Say(l.person.LetterLanguage, key, values)
}

func (l *letter) add(block mail.Block) {
	l.message.Body.Blocks = append(l.message.Body.Blocks, block)
}

func (l *letter) paragraph(key string, args ...string) { l.add(mail.Paragraph(l.say(key, args...))) }

func (l *letter) buttons(buttons ...mail.Link) { l.add(mail.Buttons(buttons)) }

func or(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// below answers a public URL to which paths are added.
func below(publicURL string) string { return strings.TrimSuffix(publicURL, "/") }
