package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"kring/api/contract"
	"kring/circles"
	"kring/internal/database"
	"kring/internal/identity"
	"kring/scheduling"
	"kring/scheduling/health"
)

// abroad is another programme with everything in it, by the name of the parameter that would lead there.
func (c *cast) abroad(ctx context.Context) map[string]string {
	home := c.programme
	c.programme = c.other
	there := c.running(map[string]string{"first there": "ot@example.org", "second there": "ab@example.org"})
	c.programme = home
	_, err := c.rooms.PatchCircle(ctx, c.owner, there.ID, 0, circles.CirclePatch{SeatsOpen: new(bool)}) // open seats are for all to see
	must(c.t, err)
	sessions, err := c.calendar.Sessions(ctx, c.owner, there.ID)
	must(c.t, err)
	change, err := c.calendar.Complete(ctx, c.actors["first there"], there.ID, 0, false)
	must(c.t, err)
	step := scheduling.Step{Kind: scheduling.StepSkip, SessionID: sessions[1].ID}
	replan, err := c.calendar.PreviewReplan(ctx, c.actors["first there"], there.ID, step)
	must(c.t, err)
	proposal, err := c.calendar.ProposeDate(ctx, c.actors["first there"], sessions[2].ID, scheduling.Wanted{})
	must(c.t, err)
	applicant := c.signUp(c.other.ID, "wait@example.org")
	applications, err := c.rooms.Applications(ctx, c.owner, c.other.ID, "", pageOne, 10)
	must(c.t, err)
	_, err = c.rooms.ConfirmApplication(ctx, acting(applicant), applications.Items[0].ID)
	must(c.t, err)
	actor, err := c.tokens.Authenticate(ctx, c.token(c.actors[stranger].PersonID))
	must(c.t, err)
	return map[string]string{
		"programme_id": c.other.ID, "circle_id": there.ID, "session_id": sessions[0].ID, "motion_id": change.Motion.ID,
		"member_id": c.seats["first there"].ID, "application_id": applications.Items[0].ID, "person_id": c.actors[stranger].PersonID,
		"token_id": actor.TokenID, "sign_in_id": c.signInOf(c.cookie(c.actors[stranger].PersonID)), "flag_id": c.flagOver(there),
		"replan_id": replan.ID, "proposal_id": proposal.ID,
		// Of what bodies hold:
		"option_id": proposal.Options[0].ID, "looked_after_by": c.actors[stranger].PersonID, "host_id": c.seats["second there"].ID,
	}
}

func (c *cast) flagOver(circle circles.CircleView) string {
	id, now := database.NewID(), c.clock.Now()
	flag := health.Flag{
		ID: id, CircleID: circle.ID, ProgrammeID: circle.ProgrammeID, Verdict: health.Wobbling, State: health.Open,
		Reasons: health.Reasons{{Code: "dates_shift"}}, RaisedAt: now, UpdatedAt: now,
	}
	must(c.t, c.db.Write(c.ctx(), func(tx database.Tx) error { return tx.Gorm().Create(&flag).Error }))
	return id
}

// insiders are those of the programme who could hope to reach beyond it.
func (c *cast) insiders() map[string]credential {
	return map[string]credential{
		facilitator:         byToken(c.token(c.actors[facilitator].PersonID)),
		"her browser":       byCookie(c.cookie(c.actors[facilitator].PersonID)),
		member:              byToken(c.token(c.actors[member].PersonID)),
		facilitatorMember:   byToken(c.token(c.actors[facilitatorMember].PersonID)),
		"a token of few":    byToken(c.token(c.actors[facilitator].PersonID, identity.ScopeMe)),
		"a member's letter": byToken(c.memberToken("els@example.org")),
	}
}

// shape is an answer without what is never the same twice.
type shape struct {
	status int
	header string
	body   string
	length int
}

func shapeOf(a answer) shape {
	h := a.Header().Clone()
	id := h.Get("X-Request-ID")
	h.Del("X-Request-ID")
	body := strings.ReplaceAll(a.Body.String(), id, "")
	return shape{a.Code, fmt.Sprint(h), body, a.Body.Len()}
}

// TestNoIDLeadsIntoAnotherProgramme puts ids of another programme's things into every path, one after the other, and
// holds the answer beside that to an id which nothing has: they are one.
func TestNoIDLeadsIntoAnotherProgramme(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		c := newCast(w)
		foreign, by := c.abroad(t.Context()), c.insiders()
		tried := 0
		for i := range operations {
			o := &operations[i]
			if o.Public {
				continue // what another programme shows everybody, it shows them
			}
			for _, p := range o.Parameters {
				if p.Place != contract.InPath || p.Rule.Format != contract.UUID {
					continue
				}
				tried++
				t.Run(o.ID+" "+p.Name, func(t *testing.T) {
					for who, credential := range by {
						theirs, none := c.with(t, credential, o, p.Name, foreign[p.Name]), c.with(t, credential, o, p.Name, database.NewID())
						switch {
						case theirs != none:
							t.Errorf("%s:\n%+v\nand for an id that nothing has\n%+v", who, theirs, none)
						case theirs.status == http.StatusForbidden && strings.Contains(theirs.body, `"scope-missing"`), theirs.status == http.StatusNotFound:
						default:
							t.Errorf("%s: %+v", who, theirs)
						}
					}
				})
			}
		}
		if tried < 60 {
			t.Errorf("only %d ids in paths", tried)
		}
	})
}

// with sends the request of an operation's row with one id in its path changed, and takes back what it did.
func (c *cast) with(t *testing.T, by credential, o *contractOperation, name, id string) (said shape) {
	t.Helper()
	if id == "" {
		t.Fatalf("nothing foreign for %s", name)
	}
	c.undone(t, func(ctx context.Context, c *cast) {
		sent := c.asking(ctx, by, o, policy[o.ID])
		sent.path = c.fill(strings.ReplaceAll(o.Path, ":"+name, id))
		said = shapeOf(c.sendOn(ctx, sent))
	})
	return said
}

// TestNoIDInABodyLeadsIntoAnotherProgramme does the same for every field of a body and every query parameter that is an
// id: what another programme has, and what nobody has, are refused in the same words at the same place.
func TestNoIDInABodyLeadsIntoAnotherProgramme(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		c := newCast(w)
		foreign, by := c.abroad(t.Context()), c.insiders()
		tried := 0
		for i := range operations {
			o := &operations[i]
			if o.ID == "confirmSignIn" {
				continue // its id is half of the proof: who has it asked for the letter
			}
			for _, at := range idsIn(o.Body, nil) {
				tried++
				t.Run(o.ID+" /"+strings.Join(at, "/"), func(t *testing.T) {
					id := foreign[at[len(at)-1]]
					if id == "" {
						t.Fatalf("nothing foreign for %v", at)
					}
					for who, credential := range by {
						theirs, none := c.saying(t, credential, o, at, id), c.saying(t, credential, o, at, database.NewID())
						if theirs != none {
							t.Errorf("%s:\n%+v\nand for an id that nothing has\n%+v", who, theirs, none)
						}
						if pointer := `"/` + strings.Join(at, "/") + `"`; who == facilitator && theirs.status == http.StatusUnprocessableEntity && !strings.Contains(theirs.body, pointer) {
							t.Errorf("%s: not for %s: %s", who, pointer, theirs.body)
						}
						if !slices.Contains([]int{403, 404, 422}, theirs.status) {
							t.Errorf("%s: %+v", who, theirs)
						}
					}
				})
			}
			c.idsInQuery(t, o, by, foreign, &tried)
		}
		if tried < 8 {
			t.Errorf("only %d ids in bodies and queries", tried)
		}
	})
}

func (c *cast) idsInQuery(t *testing.T, o *contractOperation, by map[string]credential, foreign map[string]string, tried *int) {
	t.Helper()
	for _, p := range o.Parameters {
		if p.Place != contract.InQuery || p.Rule.Format != contract.UUID {
			continue
		}
		*tried++
		for who, credential := range by {
			ask := func(id string) shape {
				sent := c.asking(t.Context(), credential, o, policy[o.ID])
				sent.path += "?" + p.Name + "=" + id
				return shapeOf(c.send(sent))
			}
			if theirs, none := ask(foreign[p.Name]), ask(database.NewID()); theirs != none {
				t.Errorf("%s ?%s, %s:\n%+v\nand for an id that nothing has\n%+v", o.ID, p.Name, who, theirs, none)
			}
		}
	}
}

// idsIn finds the fields of a body that are ids; of a list, in its first entry.
func idsIn(rule *contract.Rule, at []string) [][]string {
	switch {
	case rule == nil:
		return nil
	case rule.Shape == contract.Text && rule.Format == contract.UUID:
		return [][]string{slices.Clone(at)}
	case rule.Shape == contract.List:
		return idsIn(rule.Items, append(at, "0"))
	}
	var all [][]string
	for _, f := range rule.Fields {
		all = append(all, idsIn(f.Rule, append(slices.Clone(at), f.Name))...)
	}
	return all
}

// saying sends the request of an operation's row with one field of its body changed.
func (c *cast) saying(t *testing.T, by credential, o *contractOperation, at []string, id string) (said shape) {
	t.Helper()
	c.undone(t, func(ctx context.Context, c *cast) {
		sent := c.asking(ctx, by, o, policy[o.ID])
		sent.body = set(sent.body, at, id)
		said = shapeOf(c.sendOn(ctx, sent))
	})
	return said
}

// set answers the body with a value at a place; what leads there is made. Of a list the first entry is meant.
func set(body any, at []string, value any) map[string]any {
	whole := map[string]any{}
	switch b := body.(type) {
	case string:
		if err := json.Unmarshal([]byte(b), &whole); err != nil {
			panic(err)
		}
	case map[string]any:
		whole = b
	}
	put(whole, at, value)
	return whole
}

func put(object map[string]any, at []string, value any) {
	switch {
	case len(at) == 1:
		object[at[0]] = value
	case at[1] == "0":
		entries, _ := object[at[0]].([]any)
		if len(entries) == 0 {
			entries = []any{map[string]any{}}
			object[at[0]] = entries
		}
		put(entries[0].(map[string]any), at[2:], value)
	default:
		inner, _ := object[at[0]].(map[string]any)
		if inner == nil {
			inner = map[string]any{}
		}
		put(inner, at[1:], value)
		object[at[0]] = inner
	}
}

// TestNobodySetsWhatIsNotAskedFor sends every name that any view of the contract has, and some that only rows have, to
// every operation that writes: each is refused by name and nothing is written, whoever sends it.
func TestNobodySetsWhatIsNotAskedFor(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		c := newCast(w)
		everything := everyName(t)
		by := map[string]credential{
			owner: byToken(w.token(w.owner.PersonID)), facilitator: byToken(w.token(c.actors[facilitator].PersonID)),
			"her browser": byCookie(w.cookie(c.actors[facilitator].PersonID)), member: byToken(w.token(c.actors[member].PersonID)),
		}
		c.motion.ID, c.flagID, c.replanID, c.proposalID, c.optionID = nobodyID, nobodyID, nobodyID, nobodyID, nobodyID
		before := w.rows()
		tried := 0
		for i := range operations {
			o := &operations[i]
			if o.Method == http.MethodGet {
				continue
			}
			tried++
			t.Run(o.ID, func(t *testing.T) {
				for who, credential := range by {
					for _, place := range objectsIn(o.Body, nil) {
						c.refusesExtra(t, who, credential, o, place, everything)
					}
				}
			})
		}
		if tried < 40 {
			t.Errorf("only %d operations write", tried)
		}
		unwritten(t, before, w.rows())
	})
}

// place is an object of a body, and the names that it takes.
type place struct {
	at    []string
	takes []string
}

// objectsIn finds the objects of a body; one without a body would be an object without fields.
func objectsIn(rule *contract.Rule, at []string) []place {
	switch {
	case rule == nil && at == nil:
		return []place{{}}
	case rule == nil:
		return nil
	case rule.Shape == contract.List:
		return objectsIn(rule.Items, append(slices.Clone(at), "0"))
	case rule.Shape != contract.Object:
		return nil
	}
	all := []place{{at: at}}
	for _, f := range rule.Fields {
		all[0].takes = append(all[0].takes, f.Name)
		all = append(all, objectsIn(f.Rule, append(slices.Clone(at), f.Name))...)
	}
	return all
}

// refusesExtra adds foreign names to one object of a body, fewer at once than one answer names.
func (c *cast) refusesExtra(t *testing.T, who string, by credential, o *contractOperation, into place, names []string) {
	t.Helper()
	extra := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return slices.Contains(into.takes, name) })
	for some := range slices.Chunk(extra, 60) {
		sent := c.asking(t.Context(), by, o, row{body: policy[o.ID].body})
		var want []string
		for _, name := range some {
			at := append(slices.Clone(into.at), name)
			sent.body = set(sent.body, at, true)
			want = append(want, "/"+strings.Join(at, "/")+" unknown-field")
		}
		sent.crooked = true
		got := c.send(sent)
		if got.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s into %v: %d %s", who, into.at, got.Code, got.Body)
			continue
		}
		found := got.pointers()
		for _, one := range want {
			if !slices.Contains(found, one) {
				t.Errorf("%s: %s is not refused: %v", who, one, found)
			}
		}
	}
}

// everyName is every field that an answer of the contract has, and what only rows have.
func everyName(t *testing.T) []string {
	all := map[string]bool{}
	for _, name := range []string{
		"link_epoch", "erased_at", "undeliverable_at", "updated_at", "invited_by", "token_hash", "last_used_at", "role", "password", "__proto__",
	} {
		all[name] = true
	}
	for _, s := range specification(t).Components.Schemas {
		for name := range s.Value.Properties {
			all[name] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}
