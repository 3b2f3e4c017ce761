package main

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
)

const (
	sessions  = 100
	feedTimes = 2 // what a feed may take of what the list takes
)

// feeds measures a calendar to subscribe to beside the list of the same sessions, and what it costs to say that nothing
// changed.
func (b *bench) feeds() error {
	s, err := b.fill(filepath.Join(b.dir, "feeds.db"), 1000, 5000)
	if err != nil {
		return err
	}
	if err := b.meet(s); err != nil {
		return err
	}
	p, err := b.startKring(s.path)
	if err != nil {
		return err
	}
	defer p.stop() //nolint:errcheck // it has been measured
	list := request{method: "GET", path: "/api/v1/circles/" + s.circle + "/sessions", token: s.token}
	if _, err := p.answered(list); err != nil {
		return err
	}
	feed, err := b.feedOf(p, s)
	if err != nil {
		return err
	}
	var took [3]series
	for range b.rounds {
		for i, r := range []request{list, {method: "GET", path: feed.path}, {method: "GET", path: feed.path, known: feed.known, status: http.StatusNotModified}} {
			var counter atomic.Int64
			got, err := load(p.address, r, 1, b.each, &counter)
			if err != nil {
				return err
			}
			took[i] = append(took[i], got.quantile(0.5))
		}
	}
	t := newTable("one connection", "p50, ms", "of the list", "aim")
	t.row(fmt.Sprintf("list of %d sessions", sessions), took[0].show(2), "", "")
	ratio := took[1].over(took[0])
	t.row(fmt.Sprintf("feed of %d sessions", sessions), took[1].show(2), ratio.show(2), aim(ratio.median() <= feedTimes, "<= 2"))
	t.row("the same, unchanged", took[2].show(2), took[2].over(took[0]).show(2), "")
	t.print()
	return nil
}

// meet makes the owner a member of the sample's circle, which meets every day from tomorrow.
func (b *bench) meet(s sample) error {
	db, err := sql.Open("sqlite3", "file:"+s.path)
	if err != nil {
		return err
	}
	defer db.Close()
	const at = "'2026-03-03 10:00:00.123456+00:00'"
	for _, statement := range []string{
		`insert into members (id, circle_id, person_id, state, host_turn, accepted_at, in_at, created_at, updated_at)
			select '` + rowID(4, 9_999_999) + `', '` + s.circle + `', id, 'accepted', 9, ` + at + `, ` + at + `, ` + at + `, ` + at + ` from people where owner`,
		fmt.Sprintf(`with recursive n(i) as (select 1 union all select i + 1 from n where i < %d)
			insert into sessions (id, circle_id, ordinal, state, starts_at, ends_at, series, slot_starts_at, sequence, created_at, updated_at)
			select printf('%%08x-0000-7000-8000-%%012x', 7, i), '%s', i, 'planned', strftime('%%Y-%%m-%%d 10:30:00+00:00', 'now', i || ' days'),
				strftime('%%Y-%%m-%%d 11:30:00+00:00', 'now', i || ' days'), 1, strftime('%%Y-%%m-%%d 10:30:00+00:00', 'now', i || ' days'), 1, %s, %s from n`,
			sessions, s.circle, at, at),
	} {
		if _, err := db.ExecContext(b.ctx, statement); err != nil {
			return fmt.Errorf("%w in %s", err, statement)
		}
	}
	return nil
}

// feedOf asks where the circle's feed is, reads it once, and answers how to ask for it.
func (b *bench) feedOf(p *program, s sample) (request, error) {
	answer, err := b.ask(p, "/api/v1/circles/"+s.circle+"/feed", s.token)
	if err != nil {
		return request{}, err
	}
	var found struct{ Address string }
	if err := json.Unmarshal(answer.body, &found); err != nil {
		return request{}, err
	}
	_, path, _ := strings.Cut(strings.TrimPrefix(found.Address, "http://"), "/")
	path = "/" + path
	file, err := b.ask(p, path, "")
	if err == nil && strings.Count(string(file.body), "BEGIN:VEVENT") != sessions {
		err = fmt.Errorf("the feed has %d sessions", strings.Count(string(file.body), "BEGIN:VEVENT"))
	}
	return request{method: "GET", path: path, known: file.tag}, err
}

type asked struct {
	body []byte
	tag  string
}

func (b *bench) ask(p *program, path, token string) (asked, error) {
	r, err := http.NewRequestWithContext(b.ctx, http.MethodGet, "http://"+p.address+path, nil)
	if err != nil {
		return asked{}, err
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return asked{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answers %d", path, response.StatusCode)
	}
	return asked{body: body, tag: response.Header.Get("ETag")}, err
}
