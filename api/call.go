package api

import (
	"context"
	"encoding/json"
	"io"
	"net/http"

	"github.com/labstack/echo/v4"

	"kring/api/contract"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/limit"
	"kring/internal/text"
)

// call is what a handler may ask about the request that it answers, beside what the contract gives it.
type call struct {
	operation *contract.Operation
	lang      string // "nl" or "en"
	chose     bool   // the caller said which language
	actor     identity.Actor
	match     match  // what If-Match asks for
	body      []byte // held against the contract already
	route     string // method and path as called
	key       string // Idempotency-Key
	dry       bool   // dry_run=true
	web       echo.Context
}

// seer is the caller as the one to whom a command's effect is shown: which scope the command needs was decided at the
// gate, and what it did is not refused for want of a scope to read. Whoever only reads stays with the scopes of the token.
func (in *call) seer() identity.Actor {
	seer := in.actor
	if in.operation.Method != http.MethodGet && seer.Known() {
		seer.Scopes = []string{identity.ScopeAll}
	}
	return seer
}

// network is where the caller sits, as far as it is counted together.
func (in *call) network() string { return limit.Network(in.web.RealIP()) }

type callKey struct{}

func withCall(ctx context.Context, in *call) context.Context {
	return context.WithValue(ctx, callKey{}, in)
}

// callOf answers the call that a handler was given.
func callOf(ctx context.Context) *call {
	in, _ := ctx.Value(callKey{}).(*call)
	return in
}

// language is the language of an answer: ?lang, else Accept-Language.
func language(c echo.Context) string {
	asked := ""
	if c.Request().URL.RawQuery != "" {
		asked = c.QueryParam("lang")
	}
	return text.Preferred(asked, c.Request().Header.Get("Accept-Language"))
}

// choseLanguage says whether the caller asked for a language at all.
func choseLanguage(c echo.Context) bool {
	h := c.Request().Header
	return h.Get("Accept-Language") != "" || c.Request().URL.RawQuery != "" && c.QueryParam("lang") != ""
}

// binder hands the checked body to the generated code. It is echo's binder.
type binder struct{}

// Bind decodes the body of the call into a generated type; io.EOF says that there is none.
func (binder) Bind(into any, c echo.Context) error {
	body := callOf(c.Request().Context()).body
	if len(body) == 0 {
		return io.EOF
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fault.New(fault.Unreadable, "unreadable").Because(err)
	}
	return nil
}
