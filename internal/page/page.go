package page

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"time"
	"unicode/utf8"

	"kring/internal/database"
	"kring/internal/fault"
)

// How many rows a page has.
const (
	DefaultLimit = 50
	MaxLimit     = 200
)

const (
	version   = "1"
	maxCursor = 600 // characters
	maxText   = 200 // bytes
	firstYear = 1990
	lastYear  = 2300
)

// Limit answers the number of rows for what a caller asked: 50 when nothing, and never outside 1..200.
func Limit(asked int) int {
	if asked == 0 {
		return DefaultLimit
	}
	return min(max(asked, 1), MaxLimit)
}

// Cursor names the last row of a page: by id, and by what else the list is ordered by. The zero Cursor is the start of
// the list.
type Cursor struct {
	// ID is the id of the row.
	ID string `json:"i,omitempty"`
	// At is the instant that the list is ordered by before the id, if it is.
	At time.Time `json:"a,omitzero"`
	// Text is the text that the list is ordered by before the id, if it is (a name); up to 200 bytes.
	Text string `json:"t,omitempty"`
}

// IsZero says whether the cursor is the start of the list.
func (c Cursor) IsZero() bool { return c == Cursor{} }

// String writes the cursor for a caller, URL-safe; the zero Cursor is "". Text longer than 200 bytes is cut at a rune,
// so a list that is ordered by text orders by no more of it.
func (c Cursor) String() string {
	if c.IsZero() {
		return ""
	}
	if len(c.Text) > maxText {
		c.Text = cut(c.Text)
	}
	if !c.At.IsZero() {
		c.At = database.Cut(c.At)
	}
	raw, err := json.Marshal(c)
	if err != nil {
		panic(err) // only an instant outside the years 0..9999 cannot be written
	}
	return version + base64.RawURLEncoding.EncodeToString(raw)
}

func cut(text string) string {
	end := maxText
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end]
}

// Parse reads what String wrote; "" is the start of the list. For anything else it answers a fault, Unreadable with the
// code "bad-cursor".
func Parse(raw string) (Cursor, error) {
	if raw == "" {
		return Cursor{}, nil
	}
	c, err := decode(raw)
	if err != nil {
		return Cursor{}, fault.New(fault.Unreadable, "bad-cursor").Because(err)
	}
	return c, nil
}

func decode(raw string) (Cursor, error) {
	if len(raw) > maxCursor || raw[:1] != version {
		return Cursor{}, errors.New("no cursor of this version")
	}
	text, err := base64.RawURLEncoding.Strict().DecodeString(raw[1:])
	if err != nil {
		return Cursor{}, err
	}
	if len(raw) != 1+base64.RawURLEncoding.EncodedLen(len(text)) {
		return Cursor{}, errors.New("a line break, which the decoder skips")
	}
	var c Cursor
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&c); err != nil {
		return Cursor{}, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return Cursor{}, errors.New("something follows the cursor")
	}
	if err := c.check(); err != nil {
		return Cursor{}, err
	}
	c.At = c.At.UTC()
	return c, nil
}

// check keeps from a database what it would refuse with an error of its own: an id that is none, an instant out of its
// range, text that is not UTF-8 or holds a zero byte.
func (c Cursor) check() error {
	switch {
	case c.IsZero():
		return errors.New("an empty cursor")
	case !database.IsID(c.ID):
		return errors.New("no id")
	case !c.At.IsZero() && (c.At.Year() < firstYear || c.At.Year() > lastYear || !c.At.Equal(database.Cut(c.At))):
		return errors.New("no instant of ours")
	case len(c.Text) > maxText || !utf8.ValidString(c.Text) || bytes.IndexByte([]byte(c.Text), 0) >= 0:
		return errors.New("no text of ours")
	}
	return nil
}

// Page is a part of a list; an empty Next says that it is the last.
type Page[T any] struct {
	Items []T
	Next  string
}

// Cut makes a page of up to limit rows out of up to limit+1 rows that were read: the row too many only proves that
// there is a next page. Items is never nil.
func Cut[T any](rows []T, limit int, cursor func(T) Cursor) Page[T] {
	if len(rows) <= limit {
		return Page[T]{Items: append([]T{}, rows...)}
	}
	return Page[T]{Items: rows[:limit:limit], Next: cursor(rows[limit-1]).String()}
}
