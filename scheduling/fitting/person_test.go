package fitting_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"kring/internal/wall"
	"kring/scheduling/fitting"
)

func TestWhomAMomentSuits(t *testing.T) {
	lunch := `[{"weekday":"tue","from":"12:00","until":"14:00"}]`
	start := instant(t, "2017-06-06T10:30Z") // 12:30 in Brussels
	with := func(change func(*fitting.Person)) fitting.Person {
		p := somebody(t, "Europe/Brussels", lunch)
		change(&p)
		return p
	}
	stretch := func(from, until string) []fitting.Interval {
		return []fitting.Interval{{From: instant(t, from), Until: instant(t, until)}}
	}
	silent := func(p *fitting.Person) { p.Hours = wall.Availability{} }
	cases := []struct {
		name   string
		person fitting.Person
		want   fitting.Fit
	}{
		{"within the stated hours", with(func(*fitting.Person) {}), fitting.Yes},
		{"the hours lie in another zone", somebody(t, "Europe/London", lunch), fitting.No},
		{"no hours stated", with(silent), fitting.Unknown},
		{"no hours stated, and quiet", with(func(p *fitting.Person) { silent(p); p.Quiet = wall.Quiet{From: wall.At(13, 0), Until: wall.At(14, 0)} }), fitting.No},
		{"quiet begins as the session ends", with(func(p *fitting.Person) { silent(p); p.Quiet = wall.Quiet{From: wall.At(13, 30), Until: wall.At(14, 0)} }), fitting.Unknown},
		{"hours stated within the quiet ones hold", with(func(p *fitting.Person) { p.Quiet = wall.Quiet{From: wall.At(11, 0), Until: wall.At(10, 0)} }), fitting.Yes},
		{"away", with(func(p *fitting.Person) { p.Away = stretch("2017-06-05T22:00Z", "2017-06-06T22:00Z") }), fitting.No},
		{"busy in the last minute", with(func(p *fitting.Person) { p.Busy = stretch("2017-06-06T11:29Z", "2017-06-06T12:00Z") }), fitting.No},
		{"busy until it starts", with(func(p *fitting.Person) { p.Busy = stretch("2017-06-06T09:00Z", "2017-06-06T10:30Z") }), fitting.Yes},
		{"busy from its end", with(func(p *fitting.Person) { p.Busy = stretch("2017-06-06T11:30Z", "2017-06-06T12:00Z") }), fitting.Yes},
		{"away, but said yes to that very start", with(func(p *fitting.Person) {
			p.Away = stretch("2017-06-05T22:00Z", "2017-06-06T22:00Z")
			p.Said = map[int64]bool{start.Unix(): true}
		}), fitting.Yes},
		{"said no", with(func(p *fitting.Person) { p.Said = map[int64]bool{start.Unix(): false} }), fitting.No},
		{"said no to another start", with(func(p *fitting.Person) { p.Said = map[int64]bool{start.Unix() + 60: false} }), fitting.Yes},
		{"a holiday only warns", with(func(p *fitting.Person) { p.Holiday = func(wall.Date) bool { return true } }), fitting.Yes},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := c.person.At(start, 60); got != c.want {
				t.Errorf("got %d, want %d", got, c.want)
			}
		})
	}
}

func TestAtIsWhatEveryMinuteOnTheWallSays(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		around := instant(t, rapid.SampledFrom(weeks).Draw(r, "week")+"T00:00Z")
		p := anybody(r, around)
		minutes := rapid.SampledFrom([]int{15, 50, 60, 90, 200}).Draw(r, "minutes")
		for range 100 {
			start := around.Add(time.Duration(rapid.IntRange(0, 7*24*60).Draw(r, "start")) * time.Minute)
			if got, want := p.At(start, minutes), slowly(p, start, minutes); got != want {
				r.Fatalf("%v in %v: %d, want %d", start, p.Zone, got, want)
			}
		}
	})
}
