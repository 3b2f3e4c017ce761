package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	"kring/internal/mail/catcher"
)

// guidePath is a page that everybody may ask for: what it takes longer with a credential is what the credential costs.
const guidePath = "/api/v1/guide-sets/wol/weeks/4"

// mostOfCheck is the share of a request that looking at its credential may cost.
const mostOfCheck = 0.15

const (
	// peopleOfSignIns is more people than letters are asked for in all rounds: an address gets five an hour.
	peopleOfSignIns = 120_000
	// noNetworkLimit lets everything be counted and nothing be refused: all requests come from here.
	noNetworkLimit = "KRING_NETWORK_LIMIT=100000000"
)

// trust measures what it costs to know who asks and what they may do, and how fast people are let in.
func (b *bench) trust() error {
	s, err := b.fill(filepath.Join(b.dir, "trust.db"), rowsOfRequests, peopleOfSignIns)
	if err != nil {
		return err
	}
	inbox, err := catcher.Start("127.0.0.1:0")
	if err != nil {
		return err
	}
	defer inbox.Close()
	p, err := b.startKring(s.path, noNetworkLimit, "KRING_SMTP_URL="+inbox.URL()+"&connections=8")
	if err != nil {
		return err
	}
	defer func() { _ = p.stop() }() // it has been measured
	if _, err := p.answered(request{method: "GET", path: guidePath}); err != nil {
		return err
	}
	cookie, err := p.signIn(b.ctx, inbox)
	if err != nil {
		return fmt.Errorf("sign in: %w", err)
	}
	if err := b.credentials(p, s, cookie); err != nil {
		return err
	}
	if err := b.signIns(p, inbox); err != nil {
		return err
	}
	return b.policy()
}

// signIn signs the owner in as she would, by the code in her letter, and answers the cookie.
func (p *program) signIn(ctx context.Context, inbox *catcher.Catcher) (string, error) {
	before := inbox.Taken()
	answer, err := p.post(ctx, "/api/v1/sign-in", map[string]string{"email": "owner@example.org"})
	if err != nil {
		return "", err
	}
	var asked struct {
		ID string `json:"id"`
	}
	if err := errors.Join(json.NewDecoder(answer.Body).Decode(&asked), answer.Body.Close()); err != nil {
		return "", err
	}
	code, err := codeIn(ctx, inbox, before)
	if err != nil {
		return "", err
	}
	answer, err = p.post(ctx, "/api/v1/sign-in/confirm", map[string]string{"id": asked.ID, "code": code})
	if err != nil {
		return "", err
	}
	_ = answer.Body.Close() // the cookie is all we want
	for _, cookie := range answer.Cookies() {
		return cookie.Name + "=" + cookie.Value, nil
	}
	return "", fmt.Errorf("no cookie: %s", answer.Status)
}

// codeIn waits for the letter with a code; other letters may come before it.
func codeIn(ctx context.Context, inbox *catcher.Catcher, before int) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	written := regexp.MustCompile(`(?m)^\s+(\d{3})[ \x{a0}](\d{3})\s*$`)
	for n := before + 1; ; n++ {
		if err := inbox.Wait(ctx, n); err != nil {
			return "", fmt.Errorf("no letter with a code: %w", err)
		}
		for _, mail := range inbox.Mails() {
			if code := written.FindStringSubmatch(mail.Text); code != nil && mail.Number > before {
				return code[1] + code[2], nil
			}
		}
	}
}

func (p *program) post(ctx context.Context, path string, body any) (*http.Response, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+p.address+path, strings.NewReader(string(text)))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err == nil && answer.StatusCode/100 != 2 {
		said, _ := io.ReadAll(bufio.NewReader(answer.Body))
		return nil, errors.Join(fmt.Errorf("%s answers %s: %s", path, answer.Status, said), answer.Body.Close())
	}
	return answer, err
}

// signIns asks for sign-in letters, each for another person, and waits until the mail server has them all.
func (b *bench) signIns(p *program, inbox *catcher.Catcher) error {
	ask := request{method: "POST", path: "/api/v1/sign-in", body: `{"email":"p%d@example.org"}`, status: 202}
	var counter atomic.Int64
	var asked, sent series
	for range min(3, b.rounds) {
		before, began := counter.Load(), time.Now()
		taken := inbox.Taken()
		r, err := volley(p.address, ask, connections, b.each, &counter)
		if err != nil {
			return err
		}
		asked = append(asked, r.perSecond)
		letters := len(r.took)
		within, cancel := context.WithTimeout(b.ctx, 3*patience)
		err = inbox.Wait(within, taken+letters)
		cancel()
		if err != nil {
			return fmt.Errorf("%d letters asked for since %d, %d came: %w", letters, before, inbox.Taken()-taken, err)
		}
		sent = append(sent, float64(letters)/time.Since(began).Seconds())
		p.rest()
	}
	fmt.Println()
	t := newTable("sign-in", "a second")
	t.row("letters asked for, counted for address and network", asked.show(0))
	t.row("letters, from asked for to accepted", sent.show(0))
	t.print()
	return nil
}

// policy measures questions to the table of rights.
func (b *bench) policy() error {
	found, err := b.inside("./circles", "^BenchmarkMay$", "200000x")
	if err != nil {
		return err
	}
	fmt.Println()
	t := newTable("policy", "checks/s")
	t.row("one core", fmt.Sprintf("%.0f", found["BenchmarkMay"]["checks/s"]))
	t.print()
	return nil
}

// credentials asks for the same page as nobody, with a token and with a cookie; who is first changes from round to round.
func (b *bench) credentials(p *program, s sample, cookie string) error {
	asked := []struct {
		name string
		with request
	}{
		{"nobody", request{method: "GET", path: guidePath}},
		{"token", request{method: "GET", path: guidePath, token: s.token}},
		{"cookie", request{method: "GET", path: guidePath, cookie: cookie}},
	}
	measured := map[string]*points{"nobody": {}, "token": {}, "cookie": {}}
	var counter atomic.Int64
	for round := range b.rounds {
		for i := range asked {
			one := asked[(i+round)%len(asked)]
			r, err := load(p.address, one.with, connections, b.each, &counter)
			if err != nil {
				return fmt.Errorf("as %s: %w", one.name, err)
			}
			measured[one.name].add(r)
			p.rest()
		}
	}
	t := newTable("GET guide", "requests/s", "p50 ms", "p99 ms", "the check costs", "aim")
	for _, one := range asked {
		m, costs, goal := measured[one.name], "", ""
		if one.name != "nobody" {
			share := m.perSecond.over(measured["nobody"].perSecond)
			for i := range share {
				share[i] = 100 * (1 - share[i])
			}
			costs = share.show(1) + " %"
			goal = aim(share.median() < 100*mostOfCheck, fmt.Sprintf("< %.0f %%", 100*mostOfCheck))
		}
		t.row("as "+one.name, m.perSecond.show(0), m.p50.show(2), m.p99.show(1), costs, goal)
	}
	t.print()
	return nil
}
