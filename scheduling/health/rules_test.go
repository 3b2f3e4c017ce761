package health

import (
	"slices"
	"testing"
	"time"
)

var tuesday = time.Date(2018, 3, 20, 11, 30, 0, 0, time.UTC)

// circle is a circle of five in week 6 whose next session is a week off; the courses say how it went.
func circle(past, ahead Course) Signals {
	s := Signals{
		GuideWeek: 6, LastWeek: 12, Past: past, Ahead: ahead, Held: past.count(held), FromBegin: true,
		Planned: past.count(planned) + ahead.count(planned), Members: 5, Most: 5, Quorum: 3, Expected: 5,
	}
	if ahead != "" {
		s.NextAt = tuesday.AddDate(0, 0, 7)
	}
	if ahead.count(planned) > 0 {
		s.PlannedAt = s.NextAt
	}
	return s
}

func early(past, ahead Course) Signals {
	s := circle(past, ahead)
	s.GuideWeek = earlyWeeks
	return s
}

func with(s Signals, change func(*Signals)) Signals {
	change(&s)
	return s
}

func codes(v Verdict) []string {
	var out []string
	for _, r := range v.Reasons {
		out = append(out, r.Code)
	}
	return out
}

// judged is a case of a table: a circle, and what is said about it.
type judged struct {
	s       Signals
	level   Level
	reasons []string
}

func judge(t *testing.T, cases map[string]judged) {
	t.Helper()
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got := Assess(c.s, tuesday)
			if got.Level != c.level || !slices.Equal(codes(got), c.reasons) {
				t.Errorf("got %s %v, want %s %v", got.Level, codes(got), c.level, c.reasons)
			}
			if (got.Step == "") != (c.level == OnTrack) {
				t.Errorf("the step is %q", got.Step)
			}
		})
	}
}

func TestSessionsHeldAndMissed(t *testing.T) {
	judge(t, map[string]judged{
		"nothing has happened yet":                                 {early("", "pppp"), OnTrack, nil},
		"every session was held":                                   {circle("hhhhh", "ppp"), OnTrack, nil},
		"one missed in week 4 wobbles":                             {early("hhhm", "ppp"), Wobbling, []string{"early_miss"}},
		"one missed in week 5 does not":                            {with(early("hhhm", "ppp"), func(s *Signals) { s.GuideWeek = 5 }), OnTrack, nil},
		"one called off in week 4 does not":                        {early("hhhc", "ppp"), OnTrack, nil},
		"a held session clears the one missed before it":           {early("hmh", "ppp"), OnTrack, nil},
		"two missed stall":                                         {circle("hhmm", "ppp"), Stalling, []string{"two_not_held"}},
		"one missed and one called off stall":                      {circle("hhmc", "ppp"), Stalling, []string{"two_not_held"}},
		"one without a word and one missed stall":                  {circle("hhum", "ppp"), Stalling, []string{"two_not_held"}},
		"one missed and one without a word stall":                  {circle("hhmu", "ppp"), Stalling, []string{"two_not_held"}},
		"two called off wobble, for nobody missed them":            {circle("hhcc", "ppp"), Wobbling, []string{"dates_shift"}},
		"one that waits for its answer is passed over":             {circle("hhmp", "ppp"), OnTrack, nil},
		"two not held stall although the newest one waits":         {circle("hhmcp", "ppp"), Stalling, []string{"two_not_held"}},
		"a held session clears two missed ones":                    {circle("hmmh", "ppp"), OnTrack, nil},
		"one held of the last four wobbles":                        {circle("muhm", "ppp"), Wobbling, []string{"few_held"}},
		"two held of the last four do not":                         {circle("mhhm", "ppp"), OnTrack, nil},
		"one held of the last four, and that the last, does not":   {circle("umuh", "ppp"), OnTrack, nil},
		"one held of three is too few to tell":                     {circle("hum", "p"), Stalling, []string{"two_not_held"}},
		"four sessions are looked at, not what lies before":        {circle("mmmhhum", "ppp"), Stalling, []string{"two_not_held"}},
		"a skip agreed beforehand is no session":                   {circle("hhs", "ppp"), OnTrack, nil},
		"a skip between two missed ones is passed over":            {circle("hmsm", "ppp"), Stalling, []string{"two_not_held"}},
		"the second skip in a row counts as missed":                {early("hhss", "ppp"), Wobbling, []string{"early_miss"}},
		"two skips with a session between them do not":             {early("hshs", "ppp"), OnTrack, nil},
		"a skip beside two called off stays no session":            {circle("hcsh", "ppp"), OnTrack, nil},
		"three skips count as two missed":                          {circle("hsss", "ppp"), Stalling, []string{"two_not_held"}},
		"the first not held when the third date comes stalls":      {early("ccp", "pp"), Stalling, []string{"never_started", "dates_shift"}},
		"the first not held when the second date comes does not":   {early("cp", "ppp"), OnTrack, nil},
		"a second session that was held is a start as well":        {early("chp", "pp"), OnTrack, nil},
		"one held before the last clearing is a start as well":     {with(circle("cup", "pp"), func(s *Signals) { s.Held = 1 }), OnTrack, nil},
		"what weighs most is said once":                            {early("mmm", "pp"), Stalling, []string{"never_started"}},
		"a run of any other guide set is judged by the same words": {with(circle("hm", "p"), func(s *Signals) { s.GuideWeek, s.LastWeek = 3, 6 }), Wobbling, []string{"early_miss"}},
	})
}

func TestSilence(t *testing.T) {
	judge(t, map[string]judged{
		"one session without a word does not wobble":             {circle("hhhu", "ppp"), OnTrack, nil},
		"two without a word wobble":                              {circle("hhhuu", "ppp"), Wobbling, []string{"two_unrecorded"}},
		"three without a word stall":                             {circle("hhuuu", "ppp"), Stalling, []string{"three_unrecorded", "few_held"}},
		"two without a word around a skip wobble":                {circle("hhhusu", "ppp"), Wobbling, []string{"two_unrecorded"}},
		"two without a word with a held one between do not":      {circle("hhuhu", "ppp"), OnTrack, nil},
		"a held session ends the silence":                        {circle("huuh", "ppp"), OnTrack, nil},
		"two without a word, and three dates without a start":    {early("uup", "pp"), Stalling, []string{"never_started", "two_unrecorded"}},
		"silence at the very end of a run is judged like before": {circle("hhhuu", "p"), Wobbling, []string{"two_unrecorded"}},
	})
}

func TestDatesThatShift(t *testing.T) {
	moved := func(s Signals) Signals { s.MovedSinceHeld = true; return s }
	judge(t, map[string]judged{
		"one moved does not wobble":                                 {moved(circle("hhh", "Ppp")), OnTrack, nil},
		"two of the last three moved wobble":                        {moved(circle("hHh", "Ppp")), Wobbling, []string{"dates_shift"}},
		"one moved and one called off wobble":                       {moved(circle("hhch", "Ppp")), Wobbling, []string{"dates_shift"}},
		"the next two moved wobble":                                 {moved(circle("hhh", "PPp")), Wobbling, []string{"dates_shift"}},
		"two of the last four moved do not":                         {moved(circle("hHhh", "Ppp")), OnTrack, nil},
		"two moved further ahead are planning":                      {moved(circle("hhh", "pPP")), OnTrack, nil},
		"both were held: nothing is left to say":                    {circle("hHH", "ppp"), OnTrack, nil},
		"moved before the last held session, which cleared it":      {circle("hHh", "Ppp"), OnTrack, nil},
		"called off ahead counts at once":                           {moved(circle("hHh", "cpp")), Wobbling, []string{"dates_shift"}},
		"a skip is agreed beforehand and shifts nothing":            {moved(circle("hhs", "Ppp")), OnTrack, nil},
		"a skip between two moved ones is passed over":              {moved(circle("hHs", "Ppp")), Wobbling, []string{"dates_shift"}},
		"moved, waiting for its answer, and the next moved as well": {moved(circle("hP", "Pp")), Wobbling, []string{"dates_shift"}},
	})
}

func TestQuorumADayAhead(t *testing.T) {
	at := func(ahead time.Duration, expected int) Signals {
		return with(circle("hhh", "ppp"), func(s *Signals) {
			s.NextAt, s.PlannedAt, s.Expected = tuesday.Add(ahead), tuesday.Add(ahead), expected
		})
	}
	judge(t, map[string]judged{
		"two expected a day ahead wobble":                {at(QuorumAhead, 2), Wobbling, []string{"quorum_at_risk"}},
		"two expected a moment earlier do not yet":       {at(QuorumAhead+time.Microsecond, 2), OnTrack, nil},
		"three are enough":                               {at(time.Hour, 3), OnTrack, nil},
		"two, and something is agreed":                   {with(at(time.Hour, 2), func(s *Signals) { s.Agreed = true }), OnTrack, nil},
		"two expected a moment before the session":       {at(time.Microsecond, 2), Wobbling, []string{"quorum_at_risk"}},
		"two expected when it begins are no longer news": {at(0, 2), OnTrack, nil},
	})
}

func TestMembership(t *testing.T) {
	members := func(now, most int, more ...func(*Signals)) Signals {
		s := with(circle("hhh", "ppp"), func(s *Signals) { s.Members, s.Most, s.FromBegin = now, most, false })
		for _, change := range more {
			s = with(s, change)
		}
		return s
	}
	flagged := func(code string) func(*Signals) {
		return func(s *Signals) { s.Open = []Reason{{Code: code}} }
	}
	judge(t, map[string]judged{
		"five have become four":                              {members(4, 5), OnTrack, nil},
		"four have become three":                             {members(3, 4), Wobbling, []string{"below_four"}},
		"a circle that began with three never fell":          {members(3, 3), OnTrack, nil},
		"the fall was dismissed":                             {members(3, 3), OnTrack, nil},
		"the fall stays while its flag is open":              {members(3, 3, flagged("below_four")), Wobbling, []string{"below_four"}},
		"a fourth member ends it":                            {members(4, 4, flagged("below_four")), OnTrack, nil},
		"a second fall is news again":                        {members(3, 4), Wobbling, []string{"below_four"}},
		"three have become two":                              {members(2, 3), Stalling, []string{"under_three"}},
		"five have become two: the worst is said once":       {members(2, 5), Stalling, []string{"under_three"}},
		"a circle that began with two stalls from the begin": {members(2, 2, func(s *Signals) { s.FromBegin = true }), Stalling, []string{"under_three"}},
		"two, and dismissed":                                 {members(2, 2), OnTrack, nil},
		"two stay too few while the flag is open":            {members(2, 2, flagged("under_three")), Stalling, []string{"under_three"}},
		"one more leaves after the dismissal: news again":    {members(1, 2), Stalling, []string{"under_three"}},
	})
}

func TestNoFutureSession(t *testing.T) {
	judge(t, map[string]judged{
		"no date is left and the guide is unfinished":          {circle("hhh", ""), Stalling, []string{"no_future_session"}},
		"the last date waits for its answer, which may finish": {circle("hhhp", ""), OnTrack, nil},
		"nobody said how the last date went":                   {circle("hhhu", ""), Stalling, []string{"no_future_session"}},
		"the last guide week is held":                          {with(circle("hhh", ""), func(s *Signals) { s.GuideWeek = 13 }), OnTrack, nil},
		"the last guide week is not held":                      {with(circle("hhh", ""), func(s *Signals) { s.GuideWeek = 12 }), Stalling, []string{"no_future_session"}},
		"no date was ever laid out":                            {circle("", ""), Stalling, []string{"no_future_session"}},
		"dismissed, and nothing happened since":                {with(circle("", ""), func(s *Signals) { s.FromBegin = false }), OnTrack, nil},
		"what lies ahead was all called off": {
			circle("hhh", "cc"), Stalling, []string{"no_future_session", "dates_shift"},
		},
	})
}

func TestANewSlotIsAPromiseUntilASessionIsHeld(t *testing.T) {
	promised := func(past, ahead Course) Signals {
		return with(circle(past, ahead), func(s *Signals) {
			s.FromBegin, s.Unproven, s.Held = false, true, 3
			s.Open = []Reason{{Code: "dates_shift"}, {Code: "quorum_at_risk", Args: map[string]int{"count": 2, "quorum": 3}}}
		})
	}
	judge(t, map[string]judged{
		"the flag stays until it is proven":        {promised("", "ppp"), Wobbling, []string{"dates_shift"}},
		"the first session held proves it":         {promised("h", "ppp"), OnTrack, nil},
		"one missed late in the run leaves it":     {promised("m", "ppp"), Wobbling, []string{"dates_shift"}},
		"what is said anew takes the place of old": {promised("mm", "ppp"), Stalling, []string{"two_not_held"}},
	})
}
