package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"sync/atomic"
)

const (
	rowsOfRequests = 1000
	signUp         = `{"name":"Ann Maes","email":"ann%d@example.org","letter_language":"nl","speaks":["nl","en"],"zone":"Europe/Brussels",` +
		`"availability":[{"weekday":"mon","from":"09:00","until":"12:00"},{"weekday":"tue","from":"13:00","until":"17:00"}],"team":"Sales"}`
)

// operation is a request that has to be fast, and how fast: Kring's share of the bare program in the same round.
type operation struct {
	name    string
	request request
	against string // the server that the aim speaks of
	aim     float64
}

func (s sample) operations() []operation {
	return []operation{
		{"GET circle", request{method: "GET", path: "/api/v1/circles/" + s.circle, token: s.token}, full, 0.45},
		{"list of 50 circles", request{method: "GET", path: "/api/v1/circles?limit=50", token: s.token}, full, 0.35},
		{"POST application", request{
			method: "POST", path: "/api/v1/programmes/" + s.programme + "/applications", token: s.token, body: signUp, status: 202,
		}, normal, 0.25},
	}
}

// The servers, by what they are.
const (
	kring  = "kring"
	full   = "bare, FULL"
	normal = "bare, NORMAL"
)

// points are the rounds of one operation at one server.
type points struct{ perSecond, p50, p99 series }

func (p *points) add(r result) {
	p.perSecond = append(p.perSecond, r.perSecond)
	p.p50 = append(p.p50, r.quantile(0.5))
	p.p99 = append(p.p99, r.quantile(0.99))
}

// requests measures three requests at Kring and at the bare program, on equal files.
func (b *bench) requests() error {
	s, err := b.fill(filepath.Join(b.dir, "requests.db"), rowsOfRequests, rowsOfRequests)
	if err != nil {
		return err
	}
	servers, err := b.startAll(s)
	defer func() {
		for _, p := range servers {
			_ = p.stop() // it has been measured
		}
	}()
	if err != nil {
		return err
	}
	measured := map[string]*points{}
	var counter atomic.Int64
	for round := range b.rounds {
		for _, o := range s.operations() {
			for _, name := range turns(o, round) {
				r, err := load(servers[name].address, o.request, connections, b.each, &counter)
				if err != nil {
					return fmt.Errorf("%s at %s: %w", o.name, name, err)
				}
				key := o.name + "/" + name
				if measured[key] == nil {
					measured[key] = &points{}
				}
				measured[key].add(r)
				servers[name].rest()
			}
		}
	}
	printRequests(s.operations(), measured)
	return nil
}

// turns are the servers that an operation is measured at; who is first changes from round to round.
func turns(o operation, round int) []string {
	names := []string{kring, full}
	if o.against == normal {
		names = append(names, normal)
	}
	first := round % len(names)
	return append(names[first:], names[:first]...)
}

// startAll starts Kring and the bare program, twice, each on a file of its own.
func (b *bench) startAll(s sample) (map[string]*program, error) {
	servers := map[string]*program{}
	start := func(name, file string, with func(path string) (*program, error)) error {
		its, err := s.copyTo(filepath.Join(b.dir, file))
		if err != nil {
			return err
		}
		p, err := with(its.path)
		if err != nil {
			return err
		}
		servers[name] = p
		_, err = p.answered(s.operations()[0].request)
		return err
	}
	err := errors.Join(settle(b.ctx, s.path),
		start(kring, "kring.db", func(path string) (*program, error) { return b.startKring(path, noNetworkLimit) }),
		start(full, "full.db", func(path string) (*program, error) { return b.startBare(path, "FULL") }),
		start(normal, "normal.db", func(path string) (*program, error) { return b.startBare(path, "NORMAL") }))
	return servers, err
}

func printRequests(operations []operation, measured map[string]*points) {
	t := newTable("operation", "server", "requests/s", "p50 ms", "p99 ms", "ratio to kring's round", "aim")
	for _, o := range operations {
		own := measured[o.name+"/"+kring]
		for _, name := range []string{kring, full, normal} {
			p := measured[o.name+"/"+name]
			if p == nil {
				continue
			}
			ratio, goal := "", ""
			if name != kring {
				ratio = "kring is " + own.perSecond.over(p.perSecond).show(2) + " of it"
			}
			if name == o.against {
				goal = aim(own.perSecond.over(p.perSecond).median() >= o.aim, fmt.Sprintf(">= %.2f", o.aim))
			}
			t.row(o.name, name, p.perSecond.show(0), p.p50.show(2), p.p99.show(1), ratio, goal)
		}
	}
	t.print()
}
