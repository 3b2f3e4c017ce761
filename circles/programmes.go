package circles

import (
	"context"

	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/journal"
	"kring/internal/page"
)

// ProgrammeView is a programme as the asking person sees it.
type ProgrammeView struct {
	Programme
	Breaks []Break
	Full   bool // false: only what the sign-up page shows is the asker's to see
}

// OpenProgramme opens a programme; who opens it facilitates it. Owners and facilitators may. It answers Invalid with
// everything that is wrong with the draft.
func (r *Registry) OpenProgramme(ctx context.Context, actor identity.Actor, draft ProgrammeDraft) (ProgrammeView, error) {
	now := r.clock.Now()
	return write(ctx, r.db, func(tx database.Tx) (ProgrammeView, error) {
		if err := mayOnProgramme(tx, actor, OpenProgramme, ""); err != nil {
			return ProgrammeView{}, err
		}
		if err := draft.check(r.choose); err != nil {
			return ProgrammeView{}, err
		}
		p := draft.programme(database.NewID(), now)
		if err := insert(tx, &p); err != nil {
			return ProgrammeView{}, err
		}
		if err := replaceBreaks(tx, p.ID, draft.Breaks); err != nil {
			return ProgrammeView{}, err
		}
		first := Facilitator{ProgrammeID: p.ID, PersonID: actor.PersonID, CreatedAt: now}
		if _, err := insertFacilitator(tx, first); err != nil {
			return ProgrammeView{}, err
		}
		entry := journal.Entry{At: now, ActorID: actor.PersonID, ProgrammeID: p.ID, SubjectID: p.ID, Action: "programme-opened"}
		if err := journal.Add(tx, entry); err != nil {
			return ProgrammeView{}, err
		}
		return fullView(tx, p)
	})
}

func fullView(tx database.Tx, p Programme) (ProgrammeView, error) {
	breaks, err := breaksOf(tx, p.ID)
	return ProgrammeView{Programme: p, Breaks: breaks, Full: true}, err
}

// Programme answers a programme: whole to its facilitators, applicants and members, and what the sign-up page shows to
// everybody while sign-up is open. It answers NotFound otherwise.
func (r *Registry) Programme(ctx context.Context, actor identity.Actor, id string) (ProgrammeView, error) {
	now := r.clock.Now()
	return read(ctx, r.db, func(tx database.Tx) (ProgrammeView, error) {
		p, err := one[Programme](tx, id, false)
		if err != nil {
			return ProgrammeView{}, err
		}
		object, err := programmeObject(tx, actor, id)
		if err == nil && actor.Known() {
			object.Applicant, object.Member, err = belongs(tx, id, actor.PersonID)
		}
		if err != nil {
			return ProgrammeView{}, err
		}
		if May(actor, SeeProgramme, object) == nil {
			return fullView(tx, p)
		}
		object.Public = p.TakesApplications(now)
		return ProgrammeView{Programme: p}, May(actor, SeeSignup, object)
	})
}

// Programmes lists the programmes that the actor facilitates, oldest first.
func (r *Registry) Programmes(ctx context.Context, actor identity.Actor, after page.Cursor, limit int) (page.Page[ProgrammeView], error) {
	limit = page.Limit(limit)
	return read(ctx, r.db, func(tx database.Tx) (page.Page[ProgrammeView], error) {
		var none page.Page[ProgrammeView]
		if err := May(actor, SeeProgramme, Object{Facilitator: true}); err != nil {
			return none, err
		}
		found, err := programmesOf(tx, actor.PersonID, after.ID, limit+1)
		if err != nil {
			return none, err
		}
		cut := page.Cut(found, limit, func(p Programme) page.Cursor { return page.Cursor{ID: p.ID} })
		views, err := fullViews(tx, cut.Items)
		return page.Page[ProgrammeView]{Items: views, Next: cut.Next}, err
	})
}

// fullViews is fullView of many, in as many statements.
func fullViews(tx database.Tx, programmes []Programme) ([]ProgrammeView, error) {
	ids := make([]string, len(programmes))
	for i, p := range programmes {
		ids[i] = p.ID
	}
	breaks, err := breaksByProgramme(tx, ids)
	views := make([]ProgrammeView, len(programmes))
	for i, p := range programmes {
		views[i] = ProgrammeView{Programme: p, Breaks: breaks[p.ID], Full: true}
	}
	return views, err
}

// PatchProgramme changes a programme at the revision (0: whatever it is). Its quorum goes to its circles as well. It
// answers Stale, and Invalid with everything that is wrong.
func (r *Registry) PatchProgramme(ctx context.Context, actor identity.Actor, id string, revision int, patch ProgrammePatch) (ProgrammeView, error) {
	now := r.clock.Now()
	return write(ctx, r.db, func(tx database.Tx) (ProgrammeView, error) {
		p, err := one[Programme](tx, id, true)
		if err != nil {
			return ProgrammeView{}, err
		}
		if err := mayOnProgramme(tx, actor, ChangeProgramme, id); err != nil {
			return ProgrammeView{}, err
		}
		if err := checkRevision(revision, p.Revision); err != nil {
			return ProgrammeView{}, err
		}
		was := p
		if err := patch.apply(r.choose, &p, r.set(p.GuideSet), now); err != nil {
			return ProgrammeView{}, err
		}
		if err := saveProgramme(tx, &p, now); err != nil {
			return ProgrammeView{}, err
		}
		if err := spreadQuorum(tx, p, now); err != nil {
			return ProgrammeView{}, err
		}
		if err := lookSooner(tx, was, p, now); err != nil {
			return ProgrammeView{}, err
		}
		if patch.Breaks != nil {
			if err := replaceBreaks(tx, p.ID, *patch.Breaks); err != nil {
				return ProgrammeView{}, err
			}
		}
		entry := journal.Entry{At: now, ActorID: actor.PersonID, ProgrammeID: id, SubjectID: id, Action: "programme-changed"}
		if err := journal.Add(tx, entry); err != nil {
			return ProgrammeView{}, err
		}
		return fullView(tx, p)
	})
}
