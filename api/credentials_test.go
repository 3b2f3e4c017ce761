package api_test

import (
	"slices"
	"strings"
	"time"

	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/mail"
	"kring/internal/outbox"
	"kring/internal/signin"
)

// credential is how a request of a test shows who sends it.
type credential func(*request)

func byToken(raw string) credential { return func(r *request) { r.token = raw } }

func byCookie(cookie string) credential { return func(r *request) { r.cookie = cookie } }

func byBoth(raw, cookie string) credential {
	return func(r *request) { r.token, r.cookie = raw, cookie }
}

// credentials are the bearer tokens of everybody in the cast.
func (c *cast) credentials() map[string]credential {
	by := map[string]credential{nobody: func(*request) {}}
	for who, actor := range c.actors {
		if who != nobody {
			by[who] = byToken(c.token(actor.PersonID))
		}
	}
	return by
}

// bearer is a token of somebody's, the same each time.
func (c *cast) bearer(who string) string {
	if c.bearers[who] == "" {
		c.bearers[who] = c.token(c.actors[who].PersonID)
	}
	return c.bearers[who]
}

// before are all rows, once somebody has a token: what differs afterwards was written by what was asked with it.
func (c *cast) before(who string) map[string]string {
	c.bearer(who)
	return c.rows()
}

// way is another way to ask, of which the table follows from a column that stands in it.
type way struct {
	name string
	by   func(o *contractOperation) credential
	want func(o *contractOperation, r row, said map[string]string) string
}

// ways are the browsers, the tokens with few scopes, those out of letters, and those that hold no more.
func (c *cast) allWays() []way {
	fred, els := c.actors[facilitator].PersonID, c.actors[member].PersonID
	browser := c.cookie(fred)
	ways := []way{
		{"the facilitator's browser", always(byCookie(browser)), func(_ *contractOperation, r row, said map[string]string) string {
			if r.cookie != "" {
				return r.cookie
			}
			return said[facilitator]
		}},
		{"browser and token at once", always(byBoth(c.token(fred), browser)), wanting("400")},
		{"browser and broken token at once", always(byBoth("krg_x", browser)), wanting("400")},
		{"broken browser and token at once", always(byBoth(c.token(fred), signin.CookieName+"=x")), wanting("400")},
		{"a token that lacks the scope", c.scoped(fred, func(o *contractOperation) []string { return without(o.Scope) }), narrow(facilitator)},
		{"a token with that scope alone", c.scoped(fred, func(o *contractOperation) []string { return []string{o.Scope} }), like(facilitator)},
		{"a member's token with that scope alone", c.scoped(els, func(o *contractOperation) []string { return []string{o.Scope} }), like(member)},
		{"the member out of a letter", always(byToken(c.memberToken("els@example.org"))), outOfALetter(member, member)},
		{"the facilitator who is a member out of a letter", always(byToken(c.memberToken("fien@example.org"))), outOfALetter(facilitatorMember, host)},
		{"the owner out of a letter", always(byToken(c.memberToken("owner@example.org"))), outOfALetter(owner, otherMember)},
		{"the partner out of a letter", always(byToken(c.memberToken("pien@example.org"))), outOfALetter(partner, otherMember)},
	}
	for _, header := range []string{"Bearer", "Bearer ", "bearer\tx", "Basic eDp5", "Token " + c.token(fred), c.token(fred)} {
		ways = append(ways, way{"the header " + header, always(func(r *request) { r.headers["Authorization"] = header }), wanting("401")})
	}
	for name, cookie := range c.deadCookies(els) {
		ways = append(ways, way{name, always(byCookie(cookie)), like(nobody)})
	}
	for name, raw := range c.deadTokens(els) {
		ways = append(ways, way{name, always(byToken(raw)), wanting("401")})
	}
	return ways
}

func always(by credential) func(*contractOperation) credential {
	return func(*contractOperation) credential { return by }
}

func wanting(status string) func(*contractOperation, row, map[string]string) string {
	return func(*contractOperation, row, map[string]string) string { return status }
}

func like(who string) func(*contractOperation, row, map[string]string) string {
	return func(_ *contractOperation, _ row, said map[string]string) string { return said[who] }
}

// narrow is like somebody, where no scope is needed.
func narrow(who string) func(*contractOperation, row, map[string]string) string {
	return func(o *contractOperation, _ row, said map[string]string) string {
		if o.Scope != "" && !o.Public {
			return "403"
		}
		return said[who]
	}
}

// outOfALetter is what a member token of somebody is answered: where anybody may ask, what she is; else what somebody is
// who is nothing but a member like her; and what is no member's business, nothing.
func outOfALetter(who, asMember string) func(*contractOperation, row, map[string]string) string {
	scopes := []string{
		identity.ScopeMe, identity.ScopeCirclesRead, identity.ScopeCirclesWrite, identity.ScopeMembersRead, identity.ScopeMembersWrite,
		identity.ScopeSessionsRead, identity.ScopeSessionsWrite,
	}
	return func(o *contractOperation, _ row, said map[string]string) string {
		switch {
		case o.Public:
			return said[who]
		case !slices.Contains(scopes, o.Scope), slices.Contains(outlasting, o.ID), asMember == host && o.ID == "closeDateProposal":
			return "403"
		case strings.HasSuffix(o.ID, "CircleFeed") && said[asMember] == "200":
			return "403"
		}
		return said[asMember]
	}
}

// outlasting are the operations whose answer would hold longer than the hour of a letter's token; addresses of circles'
// feeds are as well.
var outlasting = []string{"exportMe", "showFeed", "renewFeed", "showBusyCalendar", "nameBusyCalendar", "forgetBusyCalendar"}

// without are all scopes but one.
func without(scope string) []string {
	return slices.DeleteFunc(identity.Scopes(), func(s string) bool { return s == identity.ScopeAll || s == scope })
}

// scoped issues one token for each scope.
func (c *cast) scoped(personID string, scopes func(*contractOperation) []string) func(*contractOperation) credential {
	tokens := map[string]string{}
	return func(o *contractOperation) credential {
		if _, has := tokens[o.Scope]; !has && o.Scope == "" {
			tokens[""] = c.token(personID, identity.ScopeLettersRead)
		} else if !has {
			tokens[o.Scope] = c.token(personID, scopes(o)...)
		}
		return byToken(tokens[o.Scope])
	}
}

// memberToken is what a press in a letter gives.
func (c *cast) memberToken(email string) string {
	raw, _ := c.tokens.MemberToken(c.person(email))
	return raw
}

// deadTokens are bearer tokens that hold no more, or never did.
func (c *cast) deadTokens(personID string) map[string]string {
	expired, revoked := c.token(personID), c.token(personID)
	c.write("update tokens set expires_at = ? where id = ?", c.clock.Machine().Add(-time.Second), c.tokenOf(expired))
	must(c.t, c.tokens.Revoke(c.ctx(), acting(personID), c.tokenOf(revoked)))
	alive := c.token(personID)
	fromLetter := c.memberToken("els@example.org")
	c.tokens.Forget()
	return map[string]string{
		"an expired token":                 expired,
		"a revoked token":                  revoked,
		"the token of somebody erased":     c.erased().token,
		"a token with a letter changed":    flip(alive),
		"a token cut short":                alive[:len(alive)-1],
		"a token with a letter more":       alive + "x",
		"a token of nothing but its shape": "krg_" + strings.Repeat("0", 32) + "_" + strings.Repeat("A", len(alive)-37),
		"a member token changed":           flip(fromLetter),
		"a member token cut short":         fromLetter[:len(fromLetter)-2],
		"a link's token":                   c.link,
		"a link's token as member token":   "krm_" + c.link,
		"what a letter signs in with":      c.proof,
	}
}

// deadCookies are cookies that hold no more, or never did.
func (c *cast) deadCookies(personID string) map[string]string {
	expired, ended := c.cookie(personID), c.cookie(personID)
	c.write("update sign_ins set expires_at = ? where id = ?", c.clock.Machine().Add(-time.Second), c.signInOf(expired))
	must(c.t, c.signIn.End(c.ctx(), acting(personID), c.signInOf(ended)))
	c.signIn.Forget()
	alive := c.cookie(personID)
	return map[string]string{
		"a cookie that ran out":          expired,
		"a cookie that was ended":        ended,
		"the cookie of somebody erased":  c.erased().cookie,
		"a cookie with a letter changed": flip(alive),
		"a cookie cut short":             alive[:len(alive)-1],
		"an empty cookie":                signin.CookieName + "=",
		"a cookie of a megabyte":         signin.CookieName + "=" + strings.Repeat("A", 1<<20),
		"a token as a cookie":            signin.CookieName + "=" + c.token(personID),
	}
}

// flip changes the last letter but three, which carries bits of its own in every encoding.
func flip(raw string) string {
	at := len(raw) - 4
	other := byte('A')
	if raw[at] == other {
		other = 'B'
	}
	return raw[:at] + string(other) + raw[at+1:]
}

func (c *cast) write(statement string, args ...any) {
	c.t.Helper()
	must(c.t, c.db.Write(c.ctx(), func(tx database.Tx) error { return tx.Gorm().Exec(statement, args...).Error }))
}

func (c *cast) tokenOf(raw string) string {
	return raw[4:12] + "-" + raw[12:16] + "-" + raw[16:20] + "-" + raw[20:24] + "-" + raw[24:36]
}

func (c *cast) signInOf(cookie string) string {
	c.t.Helper()
	actor, err := c.signIn.Authenticate(c.withCookie(cookie))
	must(c.t, err)
	return actor.SignInID
}

// gone is what somebody had who is erased.
type gone struct{ token, cookie string }

func (c *cast) erased() gone {
	c.t.Helper()
	id := c.signUp(c.programme.ID, "gone@example.org")
	left := gone{c.token(id), c.cookie(id)}
	must(c.t, c.options.Records.Erase(c.ctx(), identity.Actor{PersonID: id, SignInID: c.signInOf(left.cookie)}, false))
	return left
}

// asked is a letter to sign in with, as somebody who reads it has it.
type askedLetter struct {
	id, token, code string
	text            string
}

// askedToSignIn asks for a letter and opens it.
func (w *world) askedToSignIn(email string) askedLetter {
	w.t.Helper()
	asked := w.send(request{method: "POST", path: "/api/v1/sign-in", body: map[string]any{"email": email}}).status(202)
	return w.letterOf(asked.text("id"), email)
}

// letterOf composes the letter of a request.
func (w *world) letterOf(id, email string) askedLetter {
	w.t.Helper()
	ctx := w.t.Context()
	_, _, err := w.signIn.QueueLetters(ctx, w.clock.Now())
	must(w.t, err)
	message, err := w.signIn.Table()[signin.KindSignIn].Compose(ctx, w.person(email), []outbox.Notice{{SubjectID: id}})
	must(w.t, err)
	l := askedLetter{id: id}
	for _, block := range message.Body.Blocks {
		switch b := block.(type) {
		case mail.Buttons:
			l.token = b[0].URL[strings.LastIndexByte(b[0].URL, '/')+1:]
			l.text += b[0].URL + "\n"
		case mail.Rendered:
			l.code = strings.ReplaceAll(strings.TrimSpace(b.Text), " ", "")
		}
	}
	if l.token == "" || len(l.code) != 6 {
		w.t.Fatalf("no link or code in %v", message.Body)
	}
	return l
}
