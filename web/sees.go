package web

import (
	"net/http"

	"kring/circles"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/page"
)

// Seen is what the facilitators of a programme see of who came through it, a word for each.
func (f frame) Seen() []string { return f.seenWords(circles.SeenByFacilitators()) }

// NeverSeen is what they never see of anybody.
func (f frame) NeverSeen() []string { return f.seenWords(circles.NeverSeen()) }

func (f frame) seenWords(keys []string) []string {
	words := make([]string, len(keys))
	for i, key := range keys {
		words[i] = f.Say("seen." + key)
	}
	return words
}

// seesPage is who sees what. It holds nothing of the person but her programmes, which say how long they keep what.
type seesPage struct {
	frame
	Kept []keptLine
}

// keptLine is how long a programme keeps the data of its people.
type keptLine struct {
	Programme      string
	Last, Unplaced string // after somebody's last circle; and after sign-up closed, for who was never placed
}

func (v *visit) kept(p circles.Programme) keptLine {
	return keptLine{
		Programme: p.Name, Last: v.say("web.months", "count", p.KeepMonths),
		Unplaced: v.say("web.months", "count", p.KeepUnplacedMonths),
	}
}

func (v *visit) showSees(p identity.Person) error {
	shown := seesPage{frame: v.personal(p, circles.LinkSees, "web.sees.title")}
	found, err := v.Circles.Circles(v.ctx(), acting(p), "", "", page.Cursor{}, mostCircles)
	if err != nil {
		return err
	}
	told := map[string]bool{}
	for _, c := range found.Items {
		if told[c.ProgrammeID] {
			continue
		}
		told[c.ProgrammeID] = true
		of, err := v.Circles.Programme(v.ctx(), acting(p), c.ProgrammeID)
		if fault.IsKind(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		shown.Kept = append(shown.Kept, v.kept(of.Programme))
	}
	return v.show(http.StatusOK, "sees", shown)
}
