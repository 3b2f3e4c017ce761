package letters

import (
	"context"
	"slices"

	"kring/internal/identity"
	"kring/internal/mail"
	"kring/internal/outbox"

	"kring/circles"
	"kring/scheduling"
)

// leaving is the circles room's letter to somebody who left, with the file that takes what is to come out of her
// calendar.
func (l *Letters) leaving(ctx context.Context, person identity.Person, notices []outbox.Notice) (mail.Message, error) {
	message, err := l.circles.Table()[circles.KindLeft].Compose(ctx, person, notices)
	if err != nil {
		return message, err
	}
	m, err := l.letter(ctx, person, notices)
	if err != nil {
		return mail.Message{}, err
	}
	if !m.wasIn(m.notice.SubjectID) {
		return message, nil
	}
	if err := m.attachGone(m.ahead()); err != nil {
		return mail.Message{}, err
	}
	if len(m.files) > 0 {
		message.Body.Blocks = append(message.Body.Blocks, mail.Note(m.say("letter.left.calendar")))
		message.Calendars = m.files
	}
	return message, nil
}

// wasIn makes a seat that was left the letter's, and answers false for one that never had dates.
func (l *letter) wasIn(seatID string) bool {
	for _, seat := range l.dossier.Seats {
		if seat.ID == seatID && seat.InAt != nil {
			l.me = seat
			return l.b.Circle.BegunAt != nil
		}
	}
	return false
}

// ahead are the sessions that lie ahead, called off with the circle or not, as the person knows them: what changed, and was
// not told when she left, is not in her calendar.
func (l *letter) ahead() []scheduling.Session {
	var out []scheduling.Session
	for _, s := range l.b.Sessions {
		t, told := l.b.Told[s.ID]
		switch {
		case told && t.At.After(l.notice.HoldUntil):
			s, told = l.known(s, t)
		case len(l.b.Told) == 0: // the letter of welcome told all of them
			told = true
		}
		if told && s.StartsAt.After(l.now) && s.State != scheduling.Skipped {
			out = append(out, s)
		}
	}
	return out
}

// known is a session as it was before a letter that the person did not get: where it stood in her calendar. It answers
// false for one that she does not know.
func (l *letter) known(s scheduling.Session, t scheduling.Told) (scheduling.Session, bool) {
	if t.WasAt == nil || t.WasState == nil {
		return s, false
	}
	was := s
	was.StartsAt, was.EndsAt, was.State = *t.WasAt, t.WasAt.Add(s.EndsAt.Sub(s.StartsAt)), *t.WasState
	if was.StartsAt.Equal(s.StartsAt) {
		return was, true
	}
	for _, done := range l.dossier.Done {
		if stood, _ := done.Stood(s.ID); stood != nil && stood.StartsAt.Equal(was.StartsAt) && stood.State == was.State {
			was.Series, was.SlotStartsAt = stood.Series, stood.PlaceAt
			break
		}
	}
	return was, true
}

// cameBack puts the dates back into the calendar of somebody who left and thought better of it.
func cameBack(l *letter) error {
	if !l.b.Circle.State.Begun() {
		return gone(errNoDates)
	}
	l.titled("letter.came_back.subject", "circle", l.b.Circle.Name)
	l.paragraph("letter.came_back.hello", "circle", l.b.Circle.Name)
	coming := l.coming()
	if len(coming) == 0 {
		return nil
	}
	facts := l.fact(nil, "letter.fact.next", l.moment(coming[0].StartsAt), "")
	l.add(l.host(l.guideFact(l.place(facts)), coming[0]))
	l.allDates()
	behind := l.leftBehind()
	if len(behind) > 0 {
		l.note(l.answering("letter.dates_changed.slot.calendar"))
	} else {
		l.note(l.answering("letter.calendar-again"))
	}
	others := append(l.earlier(), behind...)
	slices.Sort(others)
	return l.attachSeries(true, slices.Compact(others)...)
}

// leftBehind are the series that the person's calendar holds, of dates that have gone to the present one without her being
// told: leaving took the letter back that would have said so, and coming back at once the one that says goodbye.
func (l *letter) leftBehind() []int {
	var series []int
	for _, s := range l.b.Sessions {
		t, told := l.b.Told[s.ID]
		if !told || !t.At.After(l.notice.HoldUntil) {
			continue
		}
		if was, knew := l.known(s, t); knew && was.Series != l.b.Circle.Series {
			series = append(series, was.Series)
		}
	}
	return series
}
