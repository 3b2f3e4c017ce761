package api

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"kring/api/contract"
)

func (r *reader) text(rule *contract.Rule) bool {
	text, whole, ok := r.quoted()
	if !ok || rule == nil {
		return ok
	}
	r.last = text
	if !whole {
		r.add("unreadable-text")
	} else if code, args := checkText(text, rule); code != "" {
		r.add(code, args)
	} else if r.meaning {
		r.mean(checkMeaning(text, rule.Format))
	}
	return true
}

func (r *reader) mean(code string) {
	if code != "" && len(r.found) < maxViolations {
		r.found.Add(string(r.path), code)
	}
}

// quoted reads a JSON string. It is not whole when it holds U+0000, which no database keeps, or half of a surrogate
// pair, which is no character.
func (r *reader) quoted() (text string, whole, ok bool) {
	if !r.take('"') {
		return "", false, false
	}
	from, escaped := r.at, false
	whole = true
	for r.at < len(r.data) {
		switch c := r.data[r.at]; {
		case c == '"':
			raw := r.data[from:r.at]
			r.at++
			if !escaped {
				return string(raw), whole, true
			}
			err := json.Unmarshal(r.data[from-1:r.at], &text)
			return text, whole, err == nil
		case c < ' ':
			return "", false, false
		case c == '\\':
			escaped = true
			sound, ok := r.escape()
			if !ok {
				return "", false, false
			}
			whole = whole && sound
		default:
			r.at++
		}
	}
	return "", false, false
}

// escape reads one escape sequence, both halves of a surrogate pair together.
func (r *reader) escape() (sound, ok bool) {
	r.at++ // backslash
	c := r.peek()
	r.at++
	if c != 'u' {
		return true, strings.IndexByte(`"\/bfnrt`, c) >= 0
	}
	code, ok := r.hex()
	switch {
	case !ok:
		return false, false
	case code >= 0xDC00 && code <= 0xDFFF:
		return false, true
	case code < 0xD800 || code > 0xDFFF:
		return code != 0, true
	}
	if !bytes.HasPrefix(r.data[r.at:], []byte(`\u`)) {
		return false, true
	}
	back := r.at
	r.at += 2
	low, ok := r.hex()
	if ok && (low < 0xDC00 || low > 0xDFFF) {
		r.at = back // an escape of its own
		return false, true
	}
	return ok, ok
}

func (r *reader) hex() (rune, bool) {
	if r.at+4 > len(r.data) {
		return 0, false
	}
	code, err := strconv.ParseUint(string(r.data[r.at:r.at+4]), 16, 32)
	r.at += 4
	return rune(code), err == nil
}
