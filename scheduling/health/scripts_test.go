package health

import "testing"

// The courses of the four circles of the product, as far as health goes.

func TestTheCircleThatStopped(t *testing.T) {
	at := func(week int, past, ahead Course) Signals {
		return with(circle(past, ahead), func(s *Signals) { s.GuideWeek = week })
	}
	judge(t, map[string]judged{
		"13 June: two are held":                           {at(2, "hh", "ppppppppppp"), OnTrack, nil},
		"20 June: waiting for the answer":                 {at(2, "hhp", "pppppppppp"), OnTrack, nil},
		"21 June: it was not held":                        {at(2, "hhm", "pppppppppp"), Wobbling, []string{"early_miss"}},
		"27 June: waiting for the answer":                 {at(2, "hhmp", "ppppppppp"), Wobbling, []string{"early_miss"}},
		"30 June: no answer, three days after the second": {at(2, "hhmu", "ppppppppp"), Stalling, []string{"two_not_held"}},
	})
}

func TestTheCircleThatFlew(t *testing.T) {
	run := Course("hhhhhhhhhhhhh")
	for done := range run {
		for _, waiting := range []Course{"", "p", "u"} {
			if done == len(run)-1 && waiting == "u" {
				continue // the last outcome was told in time
			}
			past := run[:done] + waiting
			ahead := Course("ppppppppppppp")[len(past):]
			s := with(circle(past, ahead), func(s *Signals) { s.GuideWeek = done })
			if v := Assess(s, tuesday); v.Level != OnTrack {
				t.Errorf("after %d sessions and %q it is %s: %v", done, waiting, v.Level, codes(v))
			}
		}
	}
	three := with(circle("hhhhhhhh", "ppppp"), func(s *Signals) {
		s.NextAt, s.PlannedAt, s.Expected = tuesday.Add(QuorumAhead), tuesday.Add(QuorumAhead), 3
	})
	if v := Assess(three, tuesday); v.Level != OnTrack {
		t.Errorf("with three of five expected it is %s: %v", v.Level, codes(v))
	}
}

func TestTheCircleThatFalters(t *testing.T) {
	at := func(past, ahead Course, more ...func(*Signals)) Signals {
		s := with(circle(past, ahead), func(s *Signals) { s.GuideWeek, s.Held = 4, 4 })
		for _, change := range more {
			s = with(s, change)
		}
		return s
	}
	moved := func(s *Signals) { s.MovedSinceHeld = true }
	promised := func(s *Signals) {
		s.FromBegin, s.Unproven, s.Open = false, true, []Reason{{Code: "dates_shift"}}
	}
	judge(t, map[string]judged{
		"6 March moves to the 8th":                     {at("hh", "Pppppppppp", moved), OnTrack, nil},
		"8 March is held, the 13th as well":            {at("hhHh", "ppppppppp"), OnTrack, nil},
		"20 March moves to the 22nd":                   {at("hhHh", "Ppppppppp", moved), Wobbling, []string{"dates_shift"}},
		"Thursdays from now on: the flag waits":        {at("", "ppppppppp", promised), Wobbling, []string{"dates_shift"}},
		"22 March is held":                             {at("h", "pppppppp", promised), OnTrack, nil},
		"Ascension is skipped, the sessions around it": {at("hhhhhhh", "pp"), OnTrack, nil},
	})
}

func TestTheCircleWithOpenSeats(t *testing.T) {
	judge(t, map[string]judged{
		"five begin": {with(circle("", "ppppppppppppp"), func(s *Signals) { s.GuideWeek = 0 }), OnTrack, nil},
	})
}
