package main

import (
	"fmt"
	"path/filepath"
	"sync/atomic"
	"time"
)

const (
	few, many  = 1_000, 1_000_000
	flatRounds = 11
	flatEach   = 150 * time.Millisecond
	steepest   = 1.2
)

// flat measures lists on a small database and on a large one: one connection, because latency is the question.
func (b *bench) flat() error {
	began := time.Now()
	var samples [2]sample
	var servers [2]*program
	for i, rows := range []int{few, many} {
		s, err := b.fill(filepath.Join(b.dir, fmt.Sprintf("flat-%d.db", rows)), rows, rows)
		if err != nil {
			return err
		}
		p, err := b.startKring(s.path)
		if err != nil {
			return err
		}
		defer p.stop() //nolint:errcheck // it has been measured
		if _, err := p.answered(s.operations()[0].request); err != nil {
			return err
		}
		samples[i], servers[i] = s, p
	}
	fmt.Printf("rows were made in %.0f s\n\n", time.Since(began).Seconds())
	t := newTable("list of 50", "p50 at 1,000 rows, ms", "p50 at 1,000,000, ms", "ratio", "aim")
	for _, list := range samples[0].lists() {
		var took [2]series
		for range flatRounds {
			for i := range servers {
				r := list.request
				r.token = samples[i].token
				var counter atomic.Int64
				got, err := load(servers[i].address, r, 1, flatEach, &counter)
				if err != nil {
					return err
				}
				took[i] = append(took[i], got.quantile(0.5))
			}
		}
		ratio := took[1].over(took[0])
		t.row(list.name, took[0].show(2), took[1].show(2), ratio.show(2), aim(ratio.median() <= steepest, "<= 1.20"))
	}
	t.print()
	return nil
}

// lists are the lists that grow with a programme.
func (s sample) lists() []operation {
	list := func(name, path string) operation {
		return operation{name: name, request: request{method: "GET", path: path}}
	}
	of := "/api/v1/programmes/" + s.programme
	return []operation{
		list("circles", "/api/v1/circles?limit=50"),
		list("circles of a programme, running", "/api/v1/circles?limit=50&state=running&programme_id="+s.programme),
		list("applications", of+"/applications?limit=50"),
		list("health of a programme", of+"/health?limit=50"),
		list("letters of a programme", of+"/letters?limit=50"),
	}
}
