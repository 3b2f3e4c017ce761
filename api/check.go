package api

import (
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"kring/api/contract"
	"kring/internal/fault"
)

// nothing is the body of an operation that takes none: absent, or an object without fields.
var nothing = &contract.Rule{Shape: contract.Object}

// check holds parameters and body of a request against the contract and answers all faults together, before anything
// of it is decoded into values.
func check(c echo.Context, in *call) error {
	violations, err := checkParameters(c, in)
	if err != nil {
		return err
	}
	ofBody, err := readBody(c.Request(), in)
	if err != nil {
		return err
	}
	if violations = append(violations, ofBody...); len(violations) > 0 {
		return append(violations, meaningless(in.body, in.operation.Body)...).Err()
	}
	return checkHeaders(c.Request().Header, in.operation)
}

// checkParameters looks at everything outside of the body. A malformed id in the path is NotFound: nothing has it.
func checkParameters(c echo.Context, in *call) (fault.Violations, error) {
	query, err := queryOf(c.Request().URL)
	if err != nil {
		return nil, err
	}
	var v fault.Violations
	known := 0
	for i := range in.operation.Parameters {
		p := &in.operation.Parameters[i]
		switch p.Place {
		case contract.InPath:
			if code, _ := checkParameter(pathValue(c, p.Name), p.Rule); code != "" {
				return nil, fault.New(fault.NotFound, "not-found")
			}
		case contract.InQuery:
			if values, there := query[p.Name]; there {
				known++
				checkValues(&v, "?"+p.Name, values, p.Rule)
			}
		case contract.InHeader:
			if values, there := c.Request().Header[http.CanonicalHeaderKey(p.Name)]; there {
				checkValues(&v, p.Name, values, p.Rule)
			}
		}
	}
	if known < len(query) {
		unknownParameters(&v, query, in.operation)
	}
	if match, there := c.Request().Header["If-Match"]; there {
		in.match = readMatch(&v, match)
	}
	in.dry = query.Get("dry_run") == "true"
	if in.operation.Method == http.MethodPost {
		in.key = c.Request().Header.Get("Idempotency-Key")
		in.route = http.MethodPost + " " + c.Request().URL.Path
	}
	return v, nil
}

func queryOf(u *url.URL) (url.Values, error) {
	if u.RawQuery == "" {
		return nil, nil
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return nil, fault.New(fault.Unreadable, "not-a-query")
	}
	return query, nil
}

func pathValue(c echo.Context, name string) string {
	value := c.Param(name)
	if c.Request().URL.RawPath == "" {
		return value
	}
	plain, err := url.PathUnescape(value)
	if err != nil {
		return "" // no parameter of a path may be empty
	}
	return plain
}

func checkValues(v *fault.Violations, pointer string, values []string, rule *contract.Rule) {
	if len(values) != 1 {
		v.Add(pointer, "repeated-parameter")
		return
	}
	if code, args := checkParameter(values[0], rule); code != "" {
		v.Add(pointer, code, args)
	}
}

func checkParameter(value string, rule *contract.Rule) (string, fault.Args) {
	switch {
	case !readable(value):
		return "unreadable-text", nil
	case rule.Shape == contract.Integer && !wholeNumber(value):
		return shapeCodes[contract.Integer], nil
	case rule.Shape == contract.Integer:
		return checkInteger(value, rule)
	case rule.Shape == contract.Boolean && value != "true" && value != "false":
		return shapeCodes[contract.Boolean], nil
	case rule.Shape == contract.Boolean:
		return "", nil
	}
	return checkText(value, rule)
}

// readable says whether a text can be kept and shown at all.
func readable(text string) bool { return utf8.ValidString(text) && strings.IndexByte(text, 0) < 0 }

// wholeNumber takes what the binder behind takes as well: no sign but minus, no spaces.
func wholeNumber(value string) bool {
	digits := strings.TrimPrefix(value, "-")
	return digits != "" && strings.Trim(digits, "0123456789") == ""
}

func unknownParameters(v *fault.Violations, query url.Values, o *contract.Operation) {
	names := make([]string, 0, len(query))
	for name := range query {
		if !takesQuery(o, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		if len(*v) == maxViolations {
			return
		}
		v.Add("?"+shorten(name), "unknown-parameter")
	}
}

func takesQuery(o *contract.Operation, name string) bool {
	for i := range o.Parameters {
		if o.Parameters[i].Place == contract.InQuery && o.Parameters[i].Name == name {
			return true
		}
	}
	return false
}

// checkHeaders asks for the headers without which nothing may be changed.
func checkHeaders(h http.Header, o *contract.Operation) error {
	for i := range o.Parameters {
		p := &o.Parameters[i]
		if p.Place == contract.InHeader && p.Required && h.Get(p.Name) == "" {
			return fault.New(fault.Required, "if-match-needed")
		}
	}
	return nil
}

// readBody reads the body and answers what breaks the contract in it.
func readBody(r *http.Request, in *call) (fault.Violations, error) {
	if r.ContentLength == 0 || r.Method == http.MethodGet || r.Method == http.MethodHead {
		return nil, missing(in.operation)
	}
	body, err := bytesOf(r, in.operation.MostBody)
	if err != nil {
		return nil, err
	}
	if len(body) == 0 {
		return nil, missing(in.operation)
	}
	if !isJSON(r.Header) {
		return nil, fault.New(fault.Unsupported, "not-json-type")
	}
	rule := in.operation.Body
	if rule == nil {
		rule = nothing
	}
	in.body = body
	return checkBody(body, rule)
}

func missing(o *contract.Operation) error {
	if o.BodyNeeded {
		return fault.New(fault.Unreadable, "body-missing")
	}
	return nil
}

func bytesOf(r *http.Request, most int64) ([]byte, error) {
	if r.ContentLength > most {
		return nil, tooLarge(most)
	}
	body := make([]byte, 0, max(r.ContentLength, 511)+1)
	for {
		n, err := r.Body.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		switch {
		case err == io.EOF:
			return body, nil
		case err != nil:
			return nil, fault.New(fault.Unreadable, "body-broken").Because(err)
		case int64(len(body)) > most:
			return nil, tooLarge(most)
		case len(body) == cap(body):
			body = append(body, 0)[:len(body)]
		}
	}
}

func tooLarge(most int64) error {
	return fault.New(fault.TooLarge, "body-too-large").With("kibibytes", most>>10)
}

// isJSON says whether the headers promise JSON as it is: of the type application/json, in UTF-8, not compressed.
func isJSON(h http.Header) bool {
	if h.Get(echo.HeaderContentEncoding) != "" {
		return false
	}
	kind := h.Get(echo.HeaderContentType)
	if kind == echo.MIMEApplicationJSON {
		return true
	}
	media, parameters, err := mime.ParseMediaType(kind)
	charset := strings.ToLower(parameters["charset"])
	return err == nil && media == echo.MIMEApplicationJSON && (charset == "" || charset == "utf-8")
}
