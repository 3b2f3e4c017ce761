package letters

import (
	"strings"
	"testing"

	"kring/internal/wall"

	"kring/circles"
	"kring/scheduling"
)

// looksForDate lets An, Cato and Dirk say that they cannot come, and answers the vote that follows, as Ben sees it.
func (w *world) looksForDate(date string) scheduling.ProposalView {
	w.t.Helper()
	for _, name := range []string{"An", "Cato", "Dirk"} {
		w.says(name, date, scheduling.No)
	}
	return w.proposal(date)
}

func (w *world) proposal(date string) scheduling.ProposalView {
	w.t.Helper()
	v, found, err := w.calendar.ProposalAbout(w.ctx, w.as("Ben"), w.on(date).ID)
	must(w.t, err)
	if !found {
		w.t.Fatalf("there is no vote about %s", date)
	}
	return v
}

func TestLettersOfAVoteOnDates(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		w.begin()
		w.until("2017-08-24 08:00")
		w.looksForDate("2017-08-31")
		w.golden("date_proposal", "An", scheduling.NoticeProposal)
		w.golden("date_proposal-in-london", "Ben", scheduling.NoticeProposal)
		asked := w.last("Ben", scheduling.NoticeProposal)
		w.press("Els", LinkVote, w.proposal("2017-08-31").Options[4].ID, Choice{Value: "yes"})
		w.until("2017-08-29 20:00")
		w.golden("proposal_stays", "Ben", scheduling.NoticeProposalStays)
		if _, err := w.letters.Table()[scheduling.NoticeProposal].Compose(w.ctx, w.person("Ben"), asked); err == nil {
			t.Errorf("a vote that is over is asked about")
		}

		day := wall.NewDate(2017, 9, 6)
		at := wall.At(17, 0)
		got(w.calendar.ProposeDate(w.ctx, w.as("Cato"), w.on("2017-09-07").ID, scheduling.Wanted{On: day, At: &at}))(t)
		w.golden("date_proposal-counter", "Ben", scheduling.NoticeProposal)
		w.golden("date_proposal-counter-own", "Cato", scheduling.NoticeProposal)

		yes := true
		got(w.registry.PatchCircle(w.ctx, w.as("An"), w.circleID, 0, circles.CirclePatch{GoNoGo: &yes, AskEverybody: &yes}))(t)
		w.until("2017-09-13 10:35")
		w.golden("go_no_go", "Els", scheduling.NoticeGoNoGo)
		w.until("2017-09-13 22:35")
		w.golden("date_proposal-go_no_go", "Els", scheduling.NoticeProposal)
		for _, name := range []string{"An", "Ben", "Cato", "Dirk", "Els"} {
			w.press(name, LinkVote, w.proposal("2017-09-14").Options[4].ID, Choice{Value: "yes"})
		}
		w.golden("proposal_stays-agreed", "Els", scheduling.NoticeProposalStays)
	})
}

func TestOneLetterForAllVotesOfAnAbsence(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		w.begin()
		for _, name := range []string{"An", "Cato"} {
			for _, date := range []string{"2017-09-07", "2017-09-28"} {
				w.says(name, date, scheduling.No)
			}
		}
		away := []scheduling.Span{{FromOn: wall.NewDate(2017, 9, 7), UntilOn: wall.NewDate(2017, 9, 7)}, {FromOn: wall.NewDate(2017, 9, 28), UntilOn: wall.NewDate(2017, 9, 28)}}
		got(w.calendar.SetAbsences(w.ctx, w.as("Dirk"), w.circleID, away))(t)
		notices := w.told("Els", scheduling.NoticeProposal)
		if len(notices) != 2 {
			t.Fatalf("%d notices", len(notices))
		}
		m := got(w.letters.Table()[scheduling.NoticeProposal].Compose(w.ctx, w.person("Els"), notices))(t)
		contains(t, m.Subject, "2 sessies")
		contains(t, m.Body.Text(), "7 september", "28 september")
	})
}

func TestTheButtonsOfAVote(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		w.begin()
		w.until("2017-08-24 08:00")
		session := w.on("2017-08-31")
		for _, name := range []string{"An", "Cato"} {
			w.press(name, LinkAnswer, session.ID, Choice{Value: "no"})
		}
		said := w.press("Dirk", LinkAnswer, session.ID, Choice{Value: "no"})
		contains(t, said.Message, "vragen de hele cirkel")
		page := w.show("Dirk", LinkAnswer, session.ID)
		if len(page.Links) != 1 || !strings.Contains(page.Links[0].URL, "/l/") || !strings.Contains(page.Text, "stem mee") {
			t.Errorf("the page of an answer leads nowhere: %+v", page)
		}
		v := w.proposal("2017-08-31")
		first := v.Options[0].ID
		if got := choices(w.show("Ben", LinkVote, first)); got != "yes no 2-yes 2-no 3-yes 3-no 4-yes 5-yes none" {
			t.Errorf("offered %s", got)
		}
		w.press("Ben", LinkVote, first, Choice{Value: "yes"})
		if again := w.press("Ben", LinkVote, first, Choice{Value: "yes"}); !again.Again {
			t.Errorf("the second press says %+v", again)
		}
		w.press("Ben", LinkVote, first, Choice{Value: "2-yes"})
		if again := w.press("Ben", LinkVote, first, Choice{Value: "2-yes"}); !again.Again {
			t.Errorf("the second press of another says %+v", again)
		}
		w.press("Ben", LinkVote, first, Choice{Value: "2-no"})
		w.press("Ben", LinkVote, first, Choice{Value: "5-yes"})
		page = w.show("Ben", LinkVote, first)
		if got := choices(page); got != "no 2-yes 3-yes 3-no 4-yes 5-no none" || !page.Done {
			t.Errorf("offered %s", got)
		}
		contains(t, page.Text, "Je zei ja bij", "Doorgaan met wie kan")
		w.press("Ben", LinkVote, first, Choice{Value: "none"})
		for _, o := range w.proposal("2017-08-31").Options[:3] {
			if o.Mine == nil || *o.Mine {
				t.Errorf("none suits, and %+v", o)
			}
		}
		_, err := w.buttons.Press(w.ctx, w.links.Sign(LinkVote, first, w.person("Ben")), "nl", Choice{Value: "9-yes"})
		refusedWith(t, err, "invalid")
		for _, name := range []string{"An", "Ben", "Cato", "Dirk"} {
			w.press(name, LinkVote, v.Options[2].ID, Choice{Value: "yes"})
		}
		done := w.press("Els", LinkVote, v.Options[2].ID, Choice{Value: "yes"})
		contains(t, done.Message, "beslist")
		if page := w.show("Els", LinkVote, first); !page.Done || len(page.Options) != 0 {
			t.Errorf("a vote that is over shows %+v", page)
		}
		page = w.show("Els", LinkPropose, w.on("2017-09-07").ID)
		if choices(page) != "propose" {
			t.Errorf("offered %s", choices(page))
		}
		w.press("Els", LinkPropose, w.on("2017-09-07").ID, Choice{})
		if again := w.press("Els", LinkPropose, w.on("2017-09-07").ID, Choice{}); !again.Again || len(w.show("Els", LinkPropose, w.on("2017-09-07").ID).Links) != 1 {
			t.Errorf("proposed twice: %+v", again)
		}
		if b := w.proposal("2017-09-07"); b.Why != scheduling.WhyCounter || b.MemberID == nil {
			t.Errorf("proposed %+v", b.DateProposal)
		}
	})
}
