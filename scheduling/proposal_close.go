package scheduling

import (
	"cmp"
	"slices"
	"time"

	"kring/internal/identity"
	"kring/internal/wall"

	"kring/scheduling/fitting"
)

// count is what members say to an option: Fine are those whom it suits by their word or, where silence counts, by their
// stated hours.
type count struct {
	option        DateOption
	yes, no, fine int
	possible      bool // it can still be done
}

// standing is how a vote stands.
type standing struct {
	counts []count
	// firm: the session can go ahead as it is planned. It was not so when the vote began, or it was about something else.
	firm bool
}

// stands counts a vote as it would end now.
func (c *course) stands(b *ballot) (standing, error) {
	s := c.session(b.SessionID)
	if s == nil {
		return standing{}, notFound()
	}
	people, err := c.fitsOf(b)
	if err != nil {
		return standing{}, err
	}
	out := standing{firm: c.goesAhead(b, *s)}
	for _, o := range b.options {
		n := count{option: o, possible: c.possible(*s, o)}
		silence := c.silenceCounts(b, o)
		for i, m := range c.members {
			suits, said := b.votes[o.ID][m.ID]
			switch {
			case said && suits:
				n.yes, n.fine = n.yes+1, n.fine+1
			case said:
				n.no++
			case silence && m.StillInAskedAt == nil && people[i].At(*o.StartsAt, minutesOf(*s)) == fitting.Yes:
				n.fine++
			case o.Kind == OptionStay && out.firm && c.word.Comes(*s, m, c.loc):
				n.fine++
			}
		}
		out.counts = append(out.counts, n)
	}
	return out, nil
}

func minutesOf(s Session) int { return int(s.EndsAt.Sub(s.StartsAt) / time.Minute) }

// fitsOf is when members can, over all that a proposal offers.
func (c *course) fitsOf(b *ballot) ([]fitting.Person, error) {
	from, until := b.SessionStartsAt, b.SessionStartsAt
	for _, o := range b.options {
		if o.StartsAt != nil && o.StartsAt.Before(from) {
			from = *o.StartsAt
		}
		if o.StartsAt != nil && o.StartsAt.After(until) {
			until = *o.StartsAt
		}
	}
	return c.fits(from, until.AddDate(0, 0, 1))
}

// silenceCounts says whether who says nothing to an option agrees to it. Nobody does by silence to a moment that came in
// after the letters went out, nor where the vote was opened because too few said anything.
func (c *course) silenceCounts(b *ballot, o DateOption) bool {
	return o.Kind == OptionMove && !c.circle.AskEverybody && b.Why != WhyGoNoGo && o.Place <= b.asked()
}

// asked is the place of the last option that the letters about the vote named.
func (b *ballot) asked() int {
	for _, o := range b.options {
		if o.Kind == OptionStay {
			return o.Place
		}
	}
	return 0
}

// goesAhead says whether enough come to the session as it is planned: of a vote that was opened because too few said yes,
// enough who said it.
func (c *course) goesAhead(b *ballot, s Session) bool {
	if b.Why == WhyGoNoGo {
		return c.word.Tally(s, c.members, c.loc).Yes >= c.quorum()
	}
	return len(c.expected(s)) >= c.quorum()
}

// possible says whether an option could be carried out now.
func (c *course) possible(s Session, o DateOption) bool {
	switch {
	case c.running() != nil || !s.Coming(c.now):
		return false
	case o.Kind != OptionMove:
		return true
	}
	to, kind := c.datedAt(*o.StartsAt, s)
	return to.StartsAt.Equal(*o.StartsAt) && c.checkMove(s, to, kind) == nil
}

// datedAt is the date that a move to an instant gives a session. It is another instant where the clock shows the time
// twice and the later one is meant.
func (c *course) datedAt(at time.Time, s Session) (Dated, wall.Kind) {
	on := wall.DateOf(at, c.loc)
	start, kind := wall.Instant(on, wall.TimeOfDayOf(at, c.loc), c.loc)
	return Dated{On: on, StartsAt: start, EndsAt: start.Add(s.EndsAt.Sub(s.StartsAt))}, kind
}

// best is what the vote comes to: of what has a quorum, what suits most; of equals another date before going ahead before
// none, and the earlier one. Where the session can go ahead as it is, nothing moves it that does not suit more. It answers
// false when nothing has a quorum.
func (v standing) best(quorum int) (DateOption, bool) {
	able := slices.DeleteFunc(slices.Clone(v.counts), func(n count) bool { return !n.possible || n.fine < quorum })
	if len(able) == 0 {
		return DateOption{}, false
	}
	order := map[OptionKind]int{OptionMove: 1, OptionStay: 2, OptionSkip: 3}
	if v.firm {
		order[OptionStay] = 0
	}
	slices.SortStableFunc(able, func(a, b count) int {
		if by := cmp.Or(cmp.Compare(b.fine, a.fine), cmp.Compare(order[a.option.Kind], order[b.option.Kind])); by != 0 {
			return by
		}
		return cmp.Or(compareStarts(a.option, b.option), cmp.Compare(a.option.Place, b.option.Place))
	})
	return able[0].option, true
}

func compareStarts(a, b DateOption) int {
	if a.StartsAt == nil || b.StartsAt == nil {
		return 0
	}
	return a.StartsAt.Compare(*b.StartsAt)
}

// unanimous is an option to which every member said yes, and false while there is none.
func (v standing) unanimous(members int) (DateOption, bool) {
	all := standing{firm: v.firm}
	for _, n := range v.counts {
		if n.yes == members {
			all.counts = append(all.counts, n)
		}
	}
	return all.best(1)
}

// agree ends a vote on which all agree.
func (c *course) agree(b *ballot) error {
	v, err := c.stands(b)
	if err != nil {
		return err
	}
	if o, all := v.unanimous(len(c.members)); all {
		return c.carryOut(b, o)
	}
	return nil
}

// decide ends a vote with the best that it came to.
func (c *course) decide(b *ballot) error {
	v, err := c.stands(b)
	if err != nil {
		return err
	}
	o, found := v.best(c.quorum())
	if !found {
		return c.staysAsItIs(b)
	}
	return c.carryOut(b, o)
}

// carryOut does what the circle agreed on, as nobody's act.
func (c *course) carryOut(b *ballot, o DateOption) error {
	step := Step{Kind: StepSkip, SessionID: b.SessionID}
	state := ProposalSkipped
	switch o.Kind {
	case OptionStay:
		return c.staysAsItIs(b)
	case OptionMove:
		if err := c.votesAnswer(b, o); err != nil {
			return err
		}
		at := wall.TimeOfDayOf(*o.StartsAt, c.loc)
		step = Step{Kind: StepMove, SessionID: b.SessionID, On: wall.DateOf(*o.StartsAt, c.loc), At: &at}
		state = ProposalMoved
	}
	actor := c.actor
	c.actor = identity.Actor{}
	id, err := c.replan(step)
	c.actor = actor
	if err != nil {
		return err
	}
	if id != "" {
		b.ReplanID = &id
	}
	return c.ends(b, state)
}

// staysAsItIs ends a vote that leaves the session where it is, and tells everybody so. A day ahead of the session, where
// nobody said a word to it, there is nothing to tell: the letter about the vote said that the session stays then.
func (c *course) staysAsItIs(b *ballot) error {
	if s := c.session(b.SessionID); s != nil && (b.Why != WhyGoNoGo || b.voted()) {
		for _, m := range c.members {
			c.posts = append(c.posts, post{
				kind: NoticeProposalStays, personID: m.PersonID, sessionID: s.ID, subjectID: b.ID,
				key: key(NoticeProposalStays, m.PersonID, b.ID, b.OpenedAt), holdUntil: c.now, usefulUntil: s.StartsAt,
			})
		}
	}
	return c.ends(b, ProposalStays)
}

// votesAnswer makes of what members said to a moment their answer to the session when it takes place at it: who was asked
// about it is not asked again.
func (c *course) votesAnswer(b *ballot, o DateOption) error {
	for _, m := range c.members {
		suits, said := b.votes[o.ID][m.ID]
		if !said {
			continue
		}
		answer := Said{SessionID: b.SessionID, MemberID: m.ID, StartsAt: *o.StartsAt, Answer: No, At: c.now}
		if suits {
			answer.Answer = Yes
		}
		c.word.Said = slices.DeleteFunc(c.word.Said, func(old Said) bool {
			return old.SessionID == b.SessionID && old.MemberID == m.ID && old.StartsAt.Equal(*o.StartsAt)
		})
		c.word.Said = append(c.word.Said, answer)
		if err := saveSaid(c.tx, answer); err != nil {
			return err
		}
	}
	return nil
}

// ends writes what became of a vote. What waits to be told of it is told no more.
func (c *course) ends(b *ballot, state ProposalState) error {
	b.State, b.ClosedAt = state, &c.now
	c.voids = append(c.voids, void{sessionID: b.SessionID, kinds: []string{NoticeProposal}, reason: "proposal-" + string(state)})
	c.woken = true
	return saveProposal(c.tx, b.DateProposal)
}
