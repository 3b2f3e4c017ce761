package api

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"kring/api/contract"
	"kring/internal/fault"
)

const (
	maxDepth      = 32  // levels of a body
	maxViolations = 100 // named in one answer
	maxSegment    = 80  // bytes of a caller's own field name in a pointer
)

// checkBody holds a body against its rule in one pass and answers everything that breaks it, with JSON pointers. It
// answers an Unreadable fault when the body is not one JSON value in UTF-8 (RFC 8259).
func checkBody(body []byte, rule *contract.Rule) (fault.Violations, error) {
	if !utf8.Valid(body) {
		return nil, fault.New(fault.Unreadable, "not-utf8")
	}
	r := reader{data: body}
	r.space()
	if !r.value(rule) {
		if r.deep {
			return nil, fault.New(fault.Unreadable, "too-deep").With("limit", maxDepth)
		}
		return nil, fault.New(fault.Unreadable, "not-json").With("at", r.at+1)
	}
	if r.space(); r.at < len(r.data) {
		return nil, fault.New(fault.Unreadable, "trailing-data").With("at", r.at+1)
	}
	return r.found, nil
}

// meaningless answers what the rooms would find wrong in the fields of a body that keep the contract. It is asked when
// other fields do not keep it: then no room is, and its word would come only after the caller has mended the rest.
func meaningless(body []byte, rule *contract.Rule) fault.Violations {
	r := reader{data: body, meaning: true}
	r.space()
	r.value(rule)
	return r.found
}

// reader walks through a body. Its methods answer false where the body is not JSON, with at on the spot.
type reader struct {
	data  []byte
	at    int
	depth int
	deep  bool // the body was given up because of its depth

	last    string // the text that was read last
	path    []byte // where the walk is, as a JSON pointer
	meaning bool   // the walk is about what fields mean and not about the contract
	found   fault.Violations
}

func (r *reader) add(code string, args ...fault.Args) {
	if !r.meaning && len(r.found) < maxViolations {
		r.found.Add(string(r.path), code, args...)
	}
}

func (r *reader) addAt(name, code string, args ...fault.Args) {
	mark := r.enter(name)
	r.add(code, args...)
	r.path = r.path[:mark]
}

// enter goes to a member of the present object and answers the way back.
func (r *reader) enter(name string) (mark int) {
	mark = len(r.path)
	name = shorten(name)
	r.path = append(r.path, '/')
	for i := range len(name) {
		switch name[i] {
		case '~':
			r.path = append(r.path, "~0"...)
		case '/':
			r.path = append(r.path, "~1"...)
		default:
			r.path = append(r.path, name[i])
		}
	}
	return mark
}

// shorten cuts a name that the caller made up, so that an answer stays small.
func shorten(name string) string {
	if len(name) > maxSegment {
		return strings.ToValidUTF8(name[:maxSegment], "") + "…"
	}
	return name
}

func (r *reader) space() {
	for r.at < len(r.data) {
		switch r.data[r.at] {
		case ' ', '\t', '\n', '\r':
			r.at++
		default:
			return
		}
	}
}

func (r *reader) peek() byte {
	if r.at < len(r.data) {
		return r.data[r.at]
	}
	return 0
}

func (r *reader) take(b byte) bool {
	if r.peek() != b {
		return false
	}
	r.at++
	return true
}

// value reads one value. A nil rule takes anything: what is inside an unknown or misplaced value is not looked at.
func (r *reader) value(rule *contract.Rule) bool {
	switch c := r.peek(); {
	case c == '{':
		return r.nested(rule, contract.Object, r.object)
	case c == '[':
		return r.nested(rule, contract.List, r.list)
	case c == '"':
		return r.text(r.wants(rule, contract.Text))
	case c == 't':
		r.wants(rule, contract.Boolean)
		return r.word("true")
	case c == 'f':
		r.wants(rule, contract.Boolean)
		return r.word("false")
	case c == 'n':
		if rule != nil && !rule.Nullable {
			r.add("not-null")
		}
		return r.word("null")
	case c == '-' || c >= '0' && c <= '9':
		return r.number(r.wants(rule, contract.Integer))
	}
	return false
}

var shapeCodes = map[contract.Shape]string{
	contract.Object: "not-an-object", contract.List: "not-a-list", contract.Text: "not-a-text",
	contract.Integer: "not-a-whole-number", contract.Boolean: "not-true-or-false",
}

// wants answers the rule when it is of the shape that is there, else nil after noting what it should have been.
func (r *reader) wants(rule *contract.Rule, there contract.Shape) *contract.Rule {
	if rule == nil || rule.Shape == there {
		return rule
	}
	r.add(shapeCodes[rule.Shape])
	return nil
}

func (r *reader) nested(rule *contract.Rule, there contract.Shape, read func(*contract.Rule) bool) bool {
	if r.depth == maxDepth {
		r.deep = true
		return false
	}
	r.depth++
	ok := read(r.wants(rule, there))
	r.depth--
	return ok
}

func (r *reader) word(word string) bool {
	if !bytes.HasPrefix(r.data[r.at:], []byte(word)) {
		return false
	}
	r.at += len(word)
	return true
}

func (r *reader) object(rule *contract.Rule) bool {
	r.at++ // {
	var there fields
	r.space()
	if !r.take('}') {
		for {
			if !r.member(rule, &there) {
				return false
			}
			if r.space(); r.take('}') {
				break
			}
			if !r.take(',') {
				return false
			}
			r.space()
		}
	}
	if rule != nil {
		r.complete(rule, there)
	}
	return true
}

// fields are the members of an object that were there, by their place in its rule, and of which kind it says it is.
type fields struct {
	seen uint64
	kind string
}

func (f fields) has(i int) bool { return f.seen&(1<<i) != 0 }

// complete says which fields an object lacks, and which are for other kinds than its own.
func (r *reader) complete(rule *contract.Rule, there fields) {
	for i, f := range rule.Fields {
		if f.Required && !there.has(i) {
			r.addAt(f.Name, "required")
		}
	}
	for _, kind := range rule.Kinds {
		if kind.Name != there.kind {
			continue
		}
		for i, f := range rule.Fields {
			needed := slices.Contains(kind.Needs, f.Name)
			switch {
			case needed && !there.has(i):
				r.addAt(f.Name, "required")
			case there.has(i) && !needed && !slices.Contains(kind.Takes, f.Name) && f.Name != contract.KindField:
				r.addAt(f.Name, "not-of-this-kind", fault.Args{"kind": kind.Name})
			}
		}
	}
}

// member reads one name and its value. Names are compared exactly: encoding/json would take any case.
func (r *reader) member(rule *contract.Rule, there *fields) bool {
	name, _, ok := r.quoted()
	if !ok {
		return false
	}
	if r.space(); !r.take(':') {
		return false
	}
	r.space()
	if rule == nil {
		return r.value(nil)
	}
	mark := r.enter(name)
	field, of := fieldOf(rule, name)
	switch {
	case of == nil:
		r.add("unknown-field")
	case there.has(field):
		r.add("duplicate-field")
		of = nil
	default:
		there.seen |= 1 << field
	}
	r.last = ""
	ok = r.value(of)
	if of != nil && name == contract.KindField {
		there.kind = r.last
	}
	r.path = r.path[:mark]
	return ok
}

func fieldOf(rule *contract.Rule, name string) (int, *contract.Rule) {
	for i := range rule.Fields {
		if rule.Fields[i].Name == name {
			return i, rule.Fields[i].Rule
		}
	}
	return 0, nil
}

func (r *reader) list(rule *contract.Rule) bool {
	r.at++ // [
	n := 0
	r.space()
	if !r.take(']') {
		for {
			if !r.entry(rule, n) {
				return false
			}
			n++
			if r.space(); r.take(']') {
				break
			}
			if !r.take(',') {
				return false
			}
			r.space()
		}
	}
	if rule != nil && n < rule.Least {
		r.add("too-few", fault.Args{"limit": rule.Least})
	}
	if rule != nil && n > rule.Most {
		r.add("too-many", fault.Args{"limit": rule.Most})
	}
	return true
}

// entry reads one entry. Those beyond the most that a list takes are not looked at: the list itself is at fault.
func (r *reader) entry(rule *contract.Rule, n int) bool {
	if rule == nil || n >= rule.Most {
		return r.value(nil)
	}
	mark := len(r.path)
	r.path = strconv.AppendInt(append(r.path, '/'), int64(n), 10)
	ok := r.value(rule.Items)
	r.path = r.path[:mark]
	return ok
}

func (r *reader) number(rule *contract.Rule) bool {
	from, whole := r.at, true
	r.take('-')
	if !r.take('0') && !r.digits() {
		return false
	}
	if r.take('.') {
		whole = false
		if !r.digits() {
			return false
		}
	}
	if r.take('e') || r.take('E') {
		whole = false
		if !r.take('+') {
			r.take('-')
		}
		if !r.digits() {
			return false
		}
	}
	if rule != nil {
		if !whole {
			r.add(shapeCodes[contract.Integer])
		} else if code, args := checkInteger(string(r.data[from:r.at]), rule); code != "" {
			r.add(code, args)
		}
	}
	return true
}

func (r *reader) digits() bool {
	from := r.at
	for c := r.peek(); c >= '0' && c <= '9'; c = r.peek() {
		r.at++
	}
	return r.at > from
}
