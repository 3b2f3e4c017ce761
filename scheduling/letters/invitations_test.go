package letters

import (
	"strings"
	"testing"
	"time"

	"kring/internal/identity"
	"kring/internal/mail"
	"kring/internal/outbox"
	"kring/internal/wall"

	"kring/circles"
	"kring/scheduling"
)

// answersAreRead sets up a mailbox for answers.
func (w *world) answersAreRead() {
	w.letters.replyAddress = func(token string) string { return "reply+" + token + "@kring.example.org" }
}

// entry is the first entry of a mail's first file, unfolded.
func entry(t *testing.T, m mail.Message) string {
	t.Helper()
	if len(m.Calendars) == 0 {
		t.Fatalf("%q has no calendar", m.Subject)
	}
	return strings.ReplaceAll(blocks(string(m.Calendars[0].Body), "VEVENT")[0], "\r\n ", "")
}

// An answer says by the address that it comes to whose it is: one for a circle and person, the same in every mail.
func TestAnInvitationIsAnsweredToAnAddressOfTheCircleAndPerson(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		w.answersAreRead()
		w.asksNobody()
		organizer := func(name, kind string) string {
			m := got(w.compose(name, kind))(t)
			event := entry(t, m)
			contains(t, event, "RSVP=TRUE", "ORGANIZER;CN=De Donderdagen:mailto:reply+")
			if strings.Contains(m.Body.Text(), "niet te beantwoorden") || strings.Contains(event, "niet te beantwoorden") {
				t.Errorf("%s is told that no answer is wanted", name)
			}
			return value(event, "ORGANIZER")
		}
		begin := organizer("An", scheduling.NoticeBegin)
		token := strings.TrimSuffix(strings.TrimPrefix(begin, "mailto:reply+"), "@kring.example.org")
		if !w.links.IsStable(token, replyPurpose, w.seat("An").ID, 0) {
			t.Errorf("%s is not An's", token)
		}
		if local, _, _ := strings.Cut(strings.TrimPrefix(begin, "mailto:"), "@"); len(local) > 64 {
			t.Errorf("%s is too long for a mail server (RFC 5321, 4.5.3.1.1)", local)
		}
		if organizer("Ben", scheduling.NoticeBegin) == begin {
			t.Error("An and Ben answer to one address")
		}
		got(w.calendar.Skip(w.ctx, w.as("Els"), w.on("2017-09-07").ID, 0, false))(t)
		if organizer("An", scheduling.NoticeDatesChanged) != begin {
			t.Error("An's address is another in the next mail")
		}
		got(w.registry.Leave(w.ctx, w.as("An"), w.seat("An").ID))(t)
		if got := value(entry(t, got(w.compose("An", circles.KindLeft))(t)), "ORGANIZER"); got != begin {
			t.Errorf("who leaves hears it from %s", got)
		}
	})
}

func TestAnInvitationShowsNobodyElseAndNoLinkThatActs(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		w.begin()
		m := got(w.compose("An", scheduling.NoticeBegin))(t)
		event := entry(t, m)
		contains(t, event, "RSVP=FALSE", "PARTSTAT=NEEDS-ACTION", "TRIGGER:-PT15M", "LOCATION:https://meet.example.org/donderdag",
			"CONFERENCE;VALUE=URI;FEATURE=AUDIO,VIDEO:https://meet.example.org/donderdag", "/me/dates?lang=nl#circle-"+w.circleID)
		contains(t, m.Body.Text(), "niet te beantwoorden")
		for _, other := range []string{"ben@", "cato@", "dirk@", "els@", "farah@", "/l/"} {
			if strings.Contains(event, other) {
				t.Errorf("the entry shows %s", other)
			}
		}
	})
}

// A date that was answered stays so in the calendar when it is sent again, and one that moved wants a new answer.
func TestAChangedDateCarriesTheAnswerThatIsKnown(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		w.asksNobody()
		w.sent()
		move := func(from string, to wall.Date) string {
			got(w.calendar.Move(w.ctx, w.as("Ben"), w.on(from).ID, 0, to, wall.At(12, 30), false))(t)
			event := entry(t, got(w.compose("An", scheduling.NoticeDatesChanged))(t))
			w.sent()
			w.clock.Advance(26 * time.Hour) // past the morning at which the letter went
			return event
		}
		w.says("An", "2017-09-07", scheduling.No)
		contains(t, move("2017-09-07", wall.NewDate(2017, 9, 8)), "PARTSTAT=NEEDS-ACTION", "RECURRENCE-ID;TZID=Europe/Brussels:20170907T123000")
		contains(t, move("2017-09-08", wall.NewDate(2017, 9, 7)), "PARTSTAT=DECLINED")
		w.says("An", "2017-09-07", scheduling.Yes)
		w.says("An", "2017-09-14", scheduling.Unsure)
		contains(t, move("2017-09-14", wall.NewDate(2017, 9, 15)), "PARTSTAT=NEEDS-ACTION")
		contains(t, move("2017-09-15", wall.NewDate(2017, 9, 14)), "PARTSTAT=TENTATIVE")
	})
}

func TestChangesThatFallDueTogetherShareALetter(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		w.asksNobody()
		w.sent()
		got(w.calendar.Move(w.ctx, w.as("An"), w.on("2017-09-28").ID, 0, wall.NewDate(2017, 9, 29), wall.At(9, 0), false))(t)
		got(w.calendar.Skip(w.ctx, w.as("Els"), w.on("2017-10-05").ID, 0, false))(t)
		w.golden("dates_changed-several", "Ben", scheduling.NoticeDatesChanged)
		both := w.last("Ben", scheduling.NoticeDatesChanged)
		got(w.calendar.Pause(w.ctx, w.as("Dirk"), w.circleID, 0, wall.NewDate(2017, 9, 18), false))(t)
		both = append(w.last("Ben", scheduling.NoticePaused), both...)
		for _, order := range [][]outbox.Notice{both, {both[1], both[0]}} {
			m := got(w.letters.Table()[order[0].Kind].Compose(w.ctx, w.person("Ben"), order))(t)
			contains(t, m.Subject, "pauzeert tot")
			if text := m.Body.Text(); strings.Count(text, "Alle datums") != 1 || len(m.Calendars) != 1 {
				t.Errorf("%d calendars, %s", len(m.Calendars), text)
			}
		}
	})
}

func TestWhatTheCircleAgreedOnIsNobodysDeed(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		w.asksNobody()
		w.sent()
		got(w.calendar.Move(w.ctx, w.as("An"), w.on("2017-09-28").ID, 0, wall.NewDate(2017, 9, 29), wall.At(9, 0), false))(t)
		notice := w.last("Ben", scheduling.NoticeDatesChanged)
		l := got(w.letters.letter(w.ctx, w.person("Ben"), notice))(t)
		l.dossier.Done[0].ByID = nil // as a vote leaves it
		must(t, changes(l))
		contains(t, l.body.Text(), "De sessie is verplaatst, zoals jullie hebben afgesproken.")
	})
}

func TestALetterWithoutADifferenceIsNotSent(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		w.asksNobody()
		w.sent()
		got(w.calendar.Move(w.ctx, w.as("An"), w.on("2017-09-28").ID, 0, wall.NewDate(2017, 9, 29), wall.At(9, 0), false))(t)
		told := w.last("Ben", scheduling.NoticeDatesChanged)
		got(w.calendar.Move(w.ctx, w.as("An"), w.on("2017-09-29").ID, 0, wall.NewDate(2017, 9, 28), wall.At(12, 30), false))(t)
		if _, err := w.letters.Table()[scheduling.NoticeDatesChanged].Compose(w.ctx, w.person("Ben"), told); err == nil {
			t.Error("a letter tells nothing")
		}
	})
}

// Whoever left before she was in has no dates in her calendar, and who leaves a circle at its last date loses that one.
func TestWhatLeavesTheCalendarOfWhoLeaves(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		got(w.registry.Leave(w.ctx, w.as("Els"), w.seat("Els").ID))(t)
		if m := got(w.compose("Els", circles.KindLeft))(t); len(m.Calendars) != 0 {
			t.Errorf("%d files for who had no dates", len(m.Calendars))
		}
		w.asksNobody()
		w.lastDate("2017-08-31")
		w.clock.Advance(time.Minute)
		before := sequence(entry(t, got(w.compose("Dirk", scheduling.NoticeBegin))(t)))
		got(w.registry.Leave(w.ctx, w.as("Dirk"), w.seat("Dirk").ID))(t)
		m := got(w.compose("Dirk", circles.KindLeft))(t)
		event := entry(t, m)
		contains(t, event, "STATUS:CANCELLED", "RECURRENCE-ID;TZID=Europe/Brussels:20170831T123000")
		if m.Calendars[0].Method != "CANCEL" || sequence(event) <= before {
			t.Errorf("%s, sequence %d after %d", m.Calendars[0].Method, sequence(event), before)
		}
		got(w.registry.UndoLeave(w.ctx, identity.Actor{PersonID: w.person("Dirk").ID}, w.seat("Dirk").ID))(t)
		back := got(w.compose("Dirk", circles.KindCameBack))(t)
		if again := sequence(entry(t, back)); back.Calendars[0].Method != "REQUEST" || again <= sequence(event) {
			t.Errorf("%s, sequence %d after %d", back.Calendars[0].Method, again, sequence(event))
		}
	})
}

// A new place stands in everybody's calendar, is told once however often it changes within ten minutes, and not at night.
func TestANewPlaceStandsInCalendars(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		w.begin()
		before := sequence(entry(t, got(w.compose("An", scheduling.NoticeBegin))(t)))
		w.sent()
		w.until("2017-08-30 19:55") // 21:55 in Brussels
		for _, venue := range []string{"Zaal 2", "De Krook, zaal 3"} {
			got(w.registry.PatchCircle(w.ctx, w.as("Els"), w.circleID, 0, circles.CirclePatch{Venue: &venue}))(t)
			w.until("2017-08-30 19:57")
		}
		notices := w.told("An", circles.KindPlaceChanged)
		if morning := got(time.Parse(time.RFC3339, "2017-08-31T05:00:00Z"))(t); len(notices) != 1 || !notices[0].HoldUntil.Equal(morning) {
			t.Errorf("told %d times, at %v", len(notices), notices[0].HoldUntil)
		}
		w.golden("place_changed", "An", circles.KindPlaceChanged)
		m := got(w.compose("An", circles.KindPlaceChanged))(t)
		event := entry(t, m)
		contains(t, event, `LOCATION:De Krook\, zaal 3`, "RRULE:")
		if m.Calendars[0].Method != "REQUEST" || sequence(event) <= before {
			t.Errorf("%s, sequence %d after %d", m.Calendars[0].Method, sequence(event), before)
		}
		chat := "https://chat.example.org/kring"
		w.sent()
		got(w.registry.PatchCircle(w.ctx, w.as("Els"), w.circleID, 0, circles.CirclePatch{ChatLink: &chat}))(t)
		if again := w.told("An", circles.KindPlaceChanged); len(again) != 0 {
			t.Errorf("told %d times of a chat that moved", len(again))
		}
	})
}

// The last date was put off when somebody left who was not told yet: it stands at its old place in her calendar.
func TestWhoLeavesLosesTheDateThatSheKnows(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		w.asksNobody()
		w.lastDate("2017-09-07")
		w.sent()
		got(w.calendar.Move(w.ctx, w.as("An"), w.on("2017-09-07").ID, 0, wall.NewDate(2017, 9, 20), wall.At(20, 0), false))(t)
		free := wall.NewDate(2017, 9, 20)
		got(w.calendar.AddBreak(w.ctx, w.as("An"), w.circleID, 0, free, free, false))(t)
		got(w.registry.Leave(w.ctx, w.as("Dirk"), w.seat("Dirk").ID))(t)
		event := entry(t, got(w.compose("Dirk", circles.KindLeft))(t))
		contains(t, event, "STATUS:CANCELLED", "RECURRENCE-ID;TZID=Europe/Brussels:20170907T123000", "DTSTART;TZID=Europe/Brussels:20170907T123000",
			"DTEND;TZID=Europe/Brussels:20170907T133000")
	})
}

// Reminders stop after three sessions that were not held; what changed just before is told all the same.
func TestWhatChangedIsToldWhenRemindersStop(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		w.asksNobody()
		w.until("2017-09-14 18:00")
		w.record("2017-08-31", scheduling.Missed)
		w.record("2017-09-07", scheduling.Missed)
		w.sent()
		got(w.calendar.Move(w.ctx, w.as("Ben"), w.on("2017-10-05").ID, 0, wall.NewDate(2017, 10, 6), wall.At(9, 0), false))(t)
		w.record("2017-09-14", scheduling.Missed)
		w.last("An", scheduling.NoticeGoOn)
		m := got(w.compose("An", scheduling.NoticeDatesChanged))(t)
		contains(t, strings.ReplaceAll(string(m.Calendars[0].Body), "\r\n ", ""), "DTSTART;TZID=Europe/Brussels:20171006T090000")
	})
}

// What a break keeps free goes to the end of the run: its old place is taken out of calendars, and the new one is in them.
func TestABreakTakesItsDatesOutOfCalendars(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		w.begin()
		free := wall.NewDate(2017, 9, 14)
		got(w.calendar.AddBreak(w.ctx, w.as("Els"), w.circleID, 0, free, free, false))(t)
		event := entry(t, got(w.compose("An", scheduling.NoticeDatesChanged))(t))
		contains(t, event, "RRULE:", "EXDATE;TZID=Europe/Brussels:20170914T")
		if strings.Contains(event, "RECURRENCE-ID") {
			t.Errorf("a single date is sent: %s", event)
		}
	})
}
