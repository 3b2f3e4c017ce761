package text

import (
	"bytes"
	"encoding/json"
	"errors"
	"unicode/utf8"
)

// eachMember walks a JSON object member by member, so that a key that stands there twice is seen twice. The standard
// decoder's tokens would take most of the time that the program has to start in; here its check of the whole goes
// first, so that the walk can trust what it walks over.
func eachMember(raw []byte, fn func(key string, value []byte)) error {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || raw[0] != '{' {
		return errors.New("not a JSON object")
	}
	if !json.Valid(raw) {
		return json.Unmarshal(raw, new(any)) // for its words and the place
	}
	for rest := next(raw[1:]); rest[0] != '}'; {
		key := rest[:valueEnd(rest)]
		rest = next(next(rest[len(key):])[1:]) // over the colon
		value := rest[:valueEnd(rest)]
		fn(unquote(key), value)
		rest = next(rest[len(value):])
		if rest[0] == ',' {
			rest = next(rest[1:])
		}
	}
	return nil
}

// next skips white space.
func next(raw []byte) []byte { return bytes.TrimLeft(raw, " \t\r\n") }

// valueEnd is the length of the JSON value at the start of raw.
func valueEnd(raw []byte) int {
	depth := 0
	for i := 0; i < len(raw); i++ {
		switch raw[i] {
		case '"':
			i = stringEnd(raw, i)
			if depth == 0 {
				return i + 1
			}
		case '{', '[':
			depth++
		case '}', ']', ',':
			if raw[i] != ',' {
				depth--
			}
			if depth < 0 || depth == 0 && raw[i] == ',' {
				return i // the end of a number or word
			}
			if depth == 0 {
				return i + 1
			}
		}
	}
	return len(raw)
}

// stringEnd is the index of the quote that closes the one at i.
func stringEnd(raw []byte, i int) int {
	for i++; raw[i] != '"'; i++ {
		if raw[i] == '\\' {
			i++
		}
	}
	return i
}

// unquote reads a JSON string; without an escape in it, it stands for itself.
func unquote(quoted []byte) string {
	inner := quoted[1 : len(quoted)-1]
	if bytes.IndexByte(inner, '\\') < 0 && utf8.Valid(inner) {
		return string(inner)
	}
	var s string
	if err := json.Unmarshal(quoted, &s); err != nil {
		return string(inner) // cannot be: the whole was valid
	}
	return s
}
