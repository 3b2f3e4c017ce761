package main

import (
	"path/filepath"
	"sync/atomic"
	"time"
)

const (
	starts  = 15
	idleFor = 3 * time.Second
	most    = 40.0 // ms from exec to the first 200
	mostRSS = 32.0 // MB
)

// start measures how soon a program answers on a database that is there, and what it holds in memory.
func (b *bench) start() error {
	s, err := b.fill(filepath.Join(b.dir, "start.db"), rowsOfRequests, rowsOfRequests)
	if err != nil {
		return err
	}
	ask := s.operations()[0].request
	launch := map[string]func() (*program, error){
		kring: func() (*program, error) { return b.startKring(s.path) },
		full:  func() (*program, error) { return b.startBare(s.path, "FULL") },
	}
	first := map[string]series{}
	for range starts {
		for _, name := range []string{kring, full} {
			took, err := once(launch[name], ask)
			if err != nil {
				return err
			}
			first[name] = append(first[name], float64(took.Microseconds())/1000)
		}
	}
	t := newTable("program", "start to first 200, ms", "idle RSS / RssAnon, MB", "after load, MB", "aim")
	for _, name := range []string{kring, full} {
		idle, loaded, err := b.weigh(launch[name], ask)
		if err != nil {
			return err
		}
		goal := ""
		if name == kring {
			goal = aim(first[name].median() <= most, "<= 40 ms") + ", " + aim(idle.rss <= mostRSS, "<= 32 MB")
		}
		t.row(name, first[name].show(0), idle.show(), loaded.show(), goal)
	}
	t.print()
	return nil
}

func once(launch func() (*program, error), ask request) (time.Duration, error) {
	p, err := launch()
	if err != nil {
		return 0, err
	}
	took, err := p.answered(ask)
	if err != nil {
		return 0, err
	}
	return took, p.stop()
}

// weight is the memory of a program in MB.
type weight struct{ rss, anon float64 }

func (w weight) show() string { return series{w.rss}.short() + " / " + series{w.anon}.short() }

// weigh answers the memory of a program that rests after its first answer, and that of one that has worked.
func (b *bench) weigh(launch func() (*program, error), ask request) (idle, loaded weight, err error) {
	p, err := launch()
	if err != nil {
		return idle, loaded, err
	}
	defer p.stop() //nolint:errcheck // it has been measured
	if _, err := p.answered(ask); err != nil {
		return idle, loaded, err
	}
	time.Sleep(idleFor)
	if idle, err = p.weight(); err != nil {
		return idle, loaded, err
	}
	var counter atomic.Int64
	if _, err := load(p.address, ask, connections, 2*time.Second, &counter); err != nil {
		return idle, loaded, err
	}
	loaded, err = p.weight()
	return idle, loaded, err
}

func (p *program) weight() (w weight, err error) {
	if w.rss, err = p.memory("VmRSS"); err != nil {
		return w, err
	}
	w.anon, err = p.memory("RssAnon")
	return w, err
}
