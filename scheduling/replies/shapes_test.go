package replies

import (
	"bytes"
	"testing"
	"time"

	"kring/internal/identity"
	"kring/internal/mailbox"
	"kring/internal/wall"

	"kring/scheduling"
)

// How mail programs write an answer to one session.
func TestAnswersInTheShapesOfMailPrograms(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		for i, one := range []struct {
			fixture, name string
			want          scheduling.Answer
		}{
			{"outlook-accepted", "An", scheduling.Yes},
			{"exchange-abgelehnt", "Ben", scheduling.No},
			{"google-accepted", "An", scheduling.Yes},
			{"apple-maybe", "An", scheduling.Unsure},
			{"thunderbird-accepted", "An", scheduling.Yes},
		} {
			for _, n := range []int{i, i + 8} { // before and after the clock change of 29 October
				l := w.of(one.name, n)
				if outcome := w.gets(l, one.fixture); outcome != Recorded || w.said(one.name, n) != one.want {
					t.Errorf("%s: %s, said %q about session %d", one.fixture, outcome, w.said(one.name, n), n)
				}
				if outcome := w.gets(l, one.fixture); outcome != Repeated {
					t.Errorf("%s again: %s", one.fixture, outcome)
				}
			}
		}
	})
}

func TestTheSameMailByTheDoor(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		l := w.of("An", 2)
		recipient := l.To
		l.To = "reply@" + host // the header knows nothing of the token
		from := l.From
		m := mailbox.Mail{Raw: l.write(t, "outlook-accepted"), Recipient: recipient, Sender: &from}
		if outcome := w.takes(m); outcome != Recorded || w.said("An", 2) != scheduling.Yes {
			t.Errorf("%s", outcome)
		}
		m.Raw = append([]byte("Received: by another server\r\n"), m.Raw...)
		if outcome := w.takes(m); outcome != Repeated {
			t.Errorf("over another way: %s", outcome)
		}
	})
}

func TestDecliningEverythingAsksTheMemberAlone(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		if outcome := w.gets(w.of("An", 0), "google-series-declined"); outcome != Recorded || w.told("An") != scheduling.NoticeStillIn || w.told("Ben") != "" {
			t.Errorf("%s; An is told %q, Ben %q", outcome, w.told("An"), w.told("Ben"))
		}
	})
}

func TestACounterProposalIsPutToTheCircle(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		l := w.of("An", 3)
		if outcome := w.gets(l, "outlook-counter"); outcome != Proposed {
			t.Fatalf("%s", outcome)
		}
		if w.told("Ben") != scheduling.NoticeProposal {
			t.Errorf("Ben is told %q", w.told("Ben"))
		}
		if outcome := w.gets(l, "outlook-counter"); outcome != Repeated {
			t.Errorf("again: %s", outcome)
		}
		past := w.of("Ben", 4)
		past.Proposed = w.clock.Now().AddDate(0, 0, -7)
		if outcome := w.gets(past, "outlook-counter"); outcome != Told || w.said("Ben", 4) != "" {
			t.Errorf("into the past: %s", outcome)
		}
	})
}

func TestAnAnswerToAnOldDate(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		l := w.of("An", 2)
		l.Start, l.Sequence = l.Start.Add(-24*time.Hour), l.Sequence-1
		if outcome := w.gets(l, "google-accepted"); outcome != Outdated || w.told("An") != scheduling.NoticeAnswerOutdated {
			t.Errorf("%s, told %q", outcome, w.told("An"))
		}
	})
}

// Where a skipped date was given to another session again, the answer is about the one that takes place.
func TestAnAnswerToAPlaceThatTwoSessionsHadIsAboutTheOneToCome(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		an := identity.Actor{PersonID: w.people["An"].ID}
		s := w.session(2)
		got(w.calendar.Skip(w.ctx, an, s.ID, 0, false))(t)
		brussels := got(wall.LoadZone("Europe/Brussels"))(t)
		preview := got(w.calendar.PreviewReplan(w.ctx, an, w.circleID, scheduling.Step{Kind: scheduling.StepAdd, On: s.On(brussels)}))(t)
		got(w.calendar.CommitReplan(w.ctx, an, preview.ID, true))(t)
		if w.session(2).State != scheduling.Skipped || !w.session(3).StartsAt.Equal(s.StartsAt) {
			t.Fatal("two sessions did not stand at one place")
		}
		if outcome := w.gets(w.of("An", 3), "google-accepted"); outcome != Recorded || w.said("An", 3) != scheduling.Yes {
			t.Errorf("%s, said %q, told %q", outcome, w.said("An", 3), w.told("An"))
		}
	})
}

// Token, entry and sender must agree.
func TestForgedAnswersChangeNothing(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		ben := w.of("Ben", 2)
		for name, change := range map[string]func(*letter){
			"no token":              func(l *letter) { l.To = "reply@" + host },
			"a token of nobody":     func(l *letter) { l.To = w.replies.Address.With("aaaabbbbccccddddeeeeffffgggghhhhiiiijjjjkkkkllllmmmm") },
			"a token cut short":     func(l *letter) { l.To = l.To[:20] + "@" + host },
			"the token of a bounce": func(l *letter) { l.To = w.replies.Address.With(w.links.Stable(ForBounce, w.people["An"].ID, 0)) },
			"another circle":        func(l *letter) { l.UID = "01890000-0000-7000-8000-000000000000-1@" + host },
			"another host":          func(l *letter) { l.UID = w.circleID + "-1@elsewhere.example.org" },
			"a UID that is none":    func(l *letter) { l.UID = "x" },
		} {
			l := w.of("An", 2)
			change(&l)
			if outcome := w.gets(l, "google-accepted"); outcome != Forged || w.told("An") != "" {
				t.Errorf("%s: %s, told %q", name, outcome, w.told("An"))
			}
		}
		for name, change := range map[string]func(*letter){
			"another's token":          func(l *letter) { l.To = ben.To },
			"another sender":           func(l *letter) { l.From = "mallory@example.net" },
			"another attendee":         func(l *letter) { l.Attendee = "an.adams@corp.example" },
			"another member's address": func(l *letter) { l.From, l.Attendee = ben.From, ben.From },
		} {
			l := w.of("An", 2)
			change(&l)
			if outcome := w.gets(l, "google-accepted"); outcome != Told && outcome != Ignored {
				t.Errorf("%s: %s", name, outcome)
			}
		}
		if w.said("An", 2) != "" || w.said("Ben", 2) != "" {
			t.Errorf("An said %q, Ben %q", w.said("An", 2), w.said("Ben", 2))
		}
		if w.told("An") != scheduling.NoticeOtherAddress || w.told("Ben") != scheduling.NoticeOtherAddress {
			t.Errorf("An is told %q, Ben %q: once each", w.told("An"), w.told("Ben"))
		}
	})
}

func TestWhatTheOwnServerSaysOfASender(t *testing.T) {
	for name, c := range map[string]struct {
		results string
		trusted string
		refuted bool
	}{
		"nobody is trusted":         {"mx.example.org; dmarc=fail header.from=example.org", "", false},
		"another server says so":    {"evil.example; dmarc=fail header.from=example.org", "mx.example.org", false},
		"dmarc failed":              {"mx.example.org; spf=pass smtp.mailfrom=evil.example; dmarc=fail (p=NONE) header.from=example.org", "mx.example.org", true},
		"dmarc passed":              {"MX.example.org 1; spf=fail smtp.mailfrom=example.org; dmarc=pass header.from=example.org", "mx.example.org", false},
		"spf failed, no dkim":       {"mx.example.org; spf=fail (mx.example.org: 10.0.0.1; not allowed) smtp.mailfrom=an@example.org; dkim=none", "mx.example.org", true},
		"spf failed on a forward":   {"mx.example.org; spf=fail smtp.mailfrom=an@example.org; dkim=pass header.d=example.org", "mx.example.org", false},
		"spf of another domain":     {"mx.example.org; spf=fail smtp.mailfrom=list.example.net", "mx.example.org", false},
		"nothing is said":           {"mx.example.org; none", "mx.example.org", false},
		"dkim of a parent failed":   {"mx.example.org; dkim=fail header.i=@example.org", "mx.example.org", true},
		"a header that is a riddle": {";;==;", "mx.example.org", false},
	} {
		r := reader{ours: got(mailbox.ParseAddress("reply@" + host))(t), authServ: c.trusted}
		raw := "Authentication-Results: " + c.results + "\r\nFrom: an@example.org\r\n\r\nx"
		if in := got(r.read(mailbox.Mail{Raw: []byte(raw)}))(t); in.failed != c.refuted {
			t.Errorf("%s: refuted %v", name, in.failed)
		}
	}
}

func TestARefutedSenderIsNotBelievedAndNotAnswered(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		w.trusting("mx.example.org")
		bad := []byte("Authentication-Results: mx.example.org; dmarc=fail header.from=example.org\r\n")
		for _, fixture := range []string{"google-accepted", "by-hand"} {
			outcome := w.takes(mailbox.Mail{Raw: append(bytes.Clone(bad), w.of("An", 2).write(t, fixture)...)})
			if outcome != Forged && outcome != Ignored || w.told("An") != "" || w.said("An", 2) != "" {
				t.Errorf("%s: %s, told %q", fixture, outcome, w.told("An"))
			}
		}
	})
}

func TestWhoWritesByHandIsToldOnceAMonth(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		outcomes := []Outcome{w.gets(w.of("An", 2), "by-hand"), w.gets(w.of("An", 3), "by-hand")}
		plain := w.of("Ben", 2)
		plain.To = "reply@" + host
		outcomes = append(outcomes, w.gets(plain, "by-hand"))
		if outcomes[0] != Told || outcomes[1] != Ignored || outcomes[2] != Told || w.told("An") != scheduling.NoticeNobodyReads || w.told("Ben") != scheduling.NoticeNobodyReads {
			t.Errorf("%v; An is told %q, Ben %q", outcomes, w.told("An"), w.told("Ben"))
		}
		w.clock.Advance(31 * 24 * time.Hour)
		if outcome := w.gets(w.of("An", 9), "by-hand"); outcome != Told {
			t.Errorf("a month later: %s", outcome)
		}
	})
}

func TestNobodyElseIsAnswered(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		if outcome := w.gets(w.of("An", 2), "out-of-office"); outcome != Ignored {
			t.Errorf("out of office: %s", outcome)
		}
		stranger := w.of("An", 2)
		stranger.From, stranger.To = "stranger@example.net", "reply@"+host
		if outcome := w.gets(stranger, "by-hand"); outcome != Ignored {
			t.Errorf("a stranger: %s", outcome)
		}
		empty := ""
		if outcome := w.takes(mailbox.Mail{Raw: w.of("An", 2).write(t, "by-hand"), Recipient: w.of("An", 2).To, Sender: &empty}); outcome != Ignored {
			t.Errorf("no return path: %s", outcome)
		}
		for _, header := range []string{
			"Auto-Submitted: auto-generated", "Precedence: bulk", "Precedence: Junk", "Precedence: list", "List-Id: <a.example.org>",
			"X-Auto-Response-Suppress: All", "Return-Path: <>", "X-Failed-Recipients: x@example.org", "From: Ben <ben@example.org>",
		} {
			if outcome := w.takes(mailbox.Mail{Raw: append([]byte(header+"\r\n"), w.of("An", 2).write(t, "by-hand")...)}); outcome != Ignored {
				t.Errorf("%s: %s", header, outcome)
			}
		}
		if w.told("An") != "" {
			t.Errorf("An is told %q", w.told("An"))
		}
	})
}

func TestBounces(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		bounce := func(name string, change func(*letter)) Outcome {
			l := w.of(name, 2)
			l.To = w.replies.Address.With(w.links.Stable(ForBounce, w.people[name].ID, 0))
			if change != nil {
				change(&l)
			}
			return w.gets(l, "bounce-postfix")
		}
		for name, c := range map[string]struct {
			change func(*letter)
			want   Outcome
		}{
			"no token":            {func(l *letter) { l.To = "reply@" + host }, Forged},
			"the token of a seat": {func(l *letter) { l.To = w.of("An", 2).To }, Forged},
			"delayed": {func(l *letter) {
				l.Action, l.Status, l.Said = "delayed", "4.4.1", "connect to mx.example.net: timed out"
			}, Ignored},
			"full":                              {func(l *letter) { l.Status, l.Said = "5.2.2", "552 5.2.2 Mailbox full" }, Ignored},
			"refused by a policy":               {func(l *letter) { l.Status, l.Said = "5.7.1", "550 5.7.1 rejected" }, Ignored},
			"refused for now":                   {func(l *letter) { l.Status, l.Said = "4.2.0", "450 4.2.0 Greylisted" }, Ignored},
			"an address she left":               {func(l *letter) { l.Attendee = "an.old@example.org" }, Ignored},
			"spam, by the code alone":           {func(l *letter) { l.Status, l.Said = "5.0.0", "550 Message rejected: looks like SPAM to us" }, Ignored},
			"full, by the code alone":           {func(l *letter) { l.Status, l.Said = "5.0.0", "550 Mailbox quota exceeded" }, Ignored},
			"our own domain, by the code alone": {func(l *letter) { l.Status, l.Said = "5.0.0", "550 mailbox unavailable: reject due to SPF policy" }, Ignored},
			"no code that says why":             {func(l *letter) { l.Status, l.Said = "5.0.0", "unknown" }, Ignored},
		} {
			if outcome := bounce("An", c.change); outcome != c.want {
				t.Errorf("%s: %s", name, outcome)
			}
		}
		if w.find("An").UndeliverableAt != nil {
			t.Fatal("An was given up")
		}
		if outcome := bounce("An", nil); outcome != Bounced || w.find("An").UndeliverableAt == nil {
			t.Errorf("%s", outcome)
		}
		vague := func(l *letter) { l.Status, l.Said = "5.0.0", "550-5.1.1 The account does not exist" }
		if outcome := bounce("Ben", vague); outcome != Bounced || w.find("Ben").UndeliverableAt == nil {
			t.Errorf("the code of who refused: %s", outcome)
		}
		bare := func(l *letter) { l.Status, l.Said = "5.0.0", "550 No such user here" }
		if outcome := bounce("Cato", bare); outcome != Bounced || w.find("Cato").UndeliverableAt == nil {
			t.Errorf("a code alone, and who is not there: %s", outcome)
		}
		if w.told("An")+w.told("Ben") != "" {
			t.Error("a report was answered")
		}
	})
}
