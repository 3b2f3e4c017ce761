package feeds

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/text"

	"kring/circles"
	"kring/scheduling"
	"kring/scheduling/ical"
)

// What is served of the past.
const (
	keptPast      = 366 * 24 * time.Hour // sessions that are over
	keptCalledOff = 30 * 24 * time.Hour  // what was skipped or called off, after its date or the change
)

// form is the way of writing a file; raised when it changes, it makes what programs know another version.
const form = 1

// File is what is served. Body is nil when the reader has it already.
type File struct {
	Body []byte
	ETag string // strong, in quotes (RFC 9110, 8.8.3)
}

// Read is the calendar behind a secret, in a language ("": the reader's own), unless its ETag is among those that the
// reader knows. It answers NotFound "not-found" for a secret that leads nowhere.
func (f *Feeds) Read(ctx context.Context, secret, lang string, known func(etag string) bool) (File, error) {
	now := f.clock.Now()
	var file File
	err := f.db.Snapshot(ctx, func(tx database.Tx) error {
		r, err := f.readerOf(tx, secret)
		if err != nil {
			return err
		}
		if text.Known(lang) {
			r.lang = lang
		}
		mark, err := scheduling.EntriesMarkIn(tx, r.person.ID, r.circle.ID)
		if err != nil {
			return err
		}
		day := now.Truncate(24 * time.Hour) // what is too long ago is so from a day's beginning, so that all day long it is one file
		file = File{ETag: etagOf(mark, day.Unix(), secret, r.lang)}
		if known != nil && known(file.ETag) {
			return nil
		}
		file.Body, err = f.write(tx, r, day)
		return err
	})
	if err != nil {
		return File{}, err
	}
	return file, nil
}

// etagOf is a hash of everything that a file is made from.
func etagOf(from ...any) string {
	sum := sha256.Sum256([]byte(fmt.Sprint(form, from)))
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
}

// reader is whose calendar it is: a person's, or what she is as a member of one circle.
type reader struct {
	person identity.Person
	circle circles.Circle // zero: all of hers
	lang   string
}

// readerOf reads the row that a secret is of and holds the secret against it.
func (f *Feeds) readerOf(tx database.Tx, secret string) (reader, error) {
	nowhere := fault.New(fault.NotFound, "not-found")
	id, is := f.links.StableID(secret)
	if !is {
		return reader{}, nowhere
	}
	p, err := identity.FindIn(tx, id)
	if err == nil {
		if p.ErasedAt != nil || !f.links.IsStable(secret, ofPerson, p.ID, p.FeedEpoch) {
			return reader{}, nowhere
		}
		return reader{person: p, lang: p.LetterLanguage}, nil
	}
	if !fault.IsKind(err, fault.NotFound) {
		return reader{}, err
	}
	m, err := circles.MemberIn(tx, id)
	if err != nil {
		return reader{}, err
	}
	if !m.In() || !f.links.IsStable(secret, ofMember, m.ID, m.FeedEpoch) {
		return reader{}, nowhere
	}
	if p, err = identity.FindIn(tx, m.PersonID); err != nil {
		return reader{}, err
	}
	if p.ErasedAt != nil { // in a circle that is over the seat stays hers
		return reader{}, nowhere
	}
	c, err := circles.CircleIn(tx, m.CircleID)
	return reader{person: p, circle: c, lang: p.LetterLanguage}, err
}

// write writes the file. There is no alarm in it: most programs leave those of a subscription out, and invitations ring.
func (f *Feeds) write(tx database.Tx, r reader, day time.Time) ([]byte, error) {
	entries, err := scheduling.EntriesIn(tx, r.person.ID, scheduling.EntriesOf{
		CircleID: r.circle.ID, EndedAfter: day.Add(-keptPast), CalledOffAfter: day.Add(-keptCalledOff), Domain: f.domain,
	})
	if err != nil {
		return nil, err
	}
	calendar := ical.Calendar{
		Method: ical.Publish, ProductID: "-//Kring//Kring//" + strings.ToUpper(r.lang), Name: "Kring", Refresh: Refresh,
		Events: make([]ical.Event, len(entries)),
	}
	if r.circle.ID != "" {
		calendar.Name = f.title(r, r.circle.Name)
	}
	for i, e := range entries {
		calendar.Events[i] = f.event(r, e)
	}
	var out bytes.Buffer
	err = ical.Write(&out, calendar)
	return out.Bytes(), err
}

func (f *Feeds) title(r reader, circle string) string {
	return f.texts.Say(r.lang, "calendar.title", map[string]any{"circle": circle})
}

// event is an entry with the words around it.
func (f *Feeds) event(r reader, e scheduling.Entry) ical.Event {
	event := e.Event
	event.Summary = f.title(r, event.Summary)
	event.Description = f.texts.Say(r.lang, "calendar.mine", map[string]any{"link": f.public + "/me/dates?lang=" + r.lang + "#circle-" + e.CircleID})
	switch {
	case event.Location == "":
		event.Location = event.Conference
	case event.Conference != "":
		event.Description = f.texts.Say(r.lang, "calendar.join", map[string]any{"link": event.Conference}) + "\n\n" + event.Description
	}
	return event
}
