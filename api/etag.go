package api

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"kring/internal/fault"
)

// match is what If-Match asks for: a revision, or 0 for none in particular ("*", or no header).
type match struct{ revision int }

// readMatch reads If-Match (RFC 9110, 13.1.1). One ETag or "*" is taken: a command speaks of one state. An ETag that
// is not ours, or a weak one, can match nothing: its revision is -1.
func readMatch(v *fault.Violations, headers []string) match {
	if len(headers) != 1 {
		return match{} // said already
	}
	header := strings.TrimSpace(headers[0])
	if header == "*" {
		return match{}
	}
	tags, sound := entityTags(header)
	if !sound || len(tags) != 1 {
		v.Add("If-Match", "not-an-etag")
		return match{}
	}
	return match{revision: revisionOf(tags[0])}
}

// entityTag is one ETag of a header, without its quotes.
type entityTag struct {
	opaque string
	weak   bool
}

// entityTags reads a list of ETags, and says whether it is one.
func entityTags(header string) ([]entityTag, bool) {
	var tags []entityTag
	for rest := header; ; {
		rest = strings.TrimLeft(rest, " \t")
		var tag entityTag
		rest, tag.weak = strings.CutPrefix(rest, "W/")
		if !strings.HasPrefix(rest, `"`) {
			return tags, false
		}
		end := strings.IndexByte(rest[1:], '"') + 1
		if end == 0 || strings.ContainsFunc(rest[1:end], notInTag) {
			return tags, false
		}
		tag.opaque = rest[1:end]
		tags = append(tags, tag)
		rest = strings.TrimLeft(rest[end+1:], " \t")
		if rest == "" {
			return tags, true
		}
		if rest[0] != ',' {
			return tags, false
		}
		rest = rest[1:]
	}
}

func notInTag(r rune) bool { return r <= ' ' || r == 0x7F }

// revisionOf answers the revision that an ETag of ours names, else -1.
func revisionOf(tag entityTag) int {
	digits, hash, found := strings.Cut(tag.opaque, "-")
	revision, err := strconv.Atoi(digits)
	if tag.weak || !found || len(hash) != hashDigits || err != nil || revision < 1 || strconv.Itoa(revision) != digits {
		return -1
	}
	return revision
}

// tag hands a revision to the writer of the answer, which makes an ETag of it.
func tag(revision int) *string {
	digits := strconv.Itoa(revision)
	return &digits
}

// known are the ETags of what the caller has already. Only who reads can be told that it is the same still: a command has
// had its effect, and its answer is not what the caller has.
func known(r *http.Request) []string {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return r.Header["If-None-Match"]
	}
	return nil
}

// tagger makes the ETag while the answer passes: the handler sets the revision, the hash is that of the rendered view.
// So a view is rendered once, and an answer that the caller has already becomes 304.
type tagger struct {
	http.ResponseWriter
	answer *echo.Response
	wanted []string // If-None-Match
	held   int      // the status that waits for the view; 0: none
	muted  bool
}

// WriteHeader holds the status of an answer that carries a revision.
func (t *tagger) WriteHeader(status int) {
	if status < 300 && t.Header().Get("ETag") != "" {
		t.held = status
		return
	}
	t.ResponseWriter.WriteHeader(status)
}

// Write sees the whole view at once: the generated code renders into a buffer.
func (t *tagger) Write(view []byte) (int, error) {
	if t.muted {
		return len(view), nil
	}
	if t.held == 0 {
		return t.ResponseWriter.Write(view)
	}
	h := t.Header()
	etag := `"` + h.Get("ETag") + "-" + hashOf(view) + `"`
	h["Etag"] = []string{etag}
	status := t.held
	t.held = 0
	if t.has(etag) {
		h.Del(echo.HeaderContentType)
		t.muted = true
		t.answer.Status = http.StatusNotModified
		t.ResponseWriter.WriteHeader(http.StatusNotModified)
		return len(view), nil
	}
	t.ResponseWriter.WriteHeader(status)
	return t.ResponseWriter.Write(view)
}

// Unwrap lets http.ResponseController through.
func (t *tagger) Unwrap() http.ResponseWriter { return t.ResponseWriter }

// has says whether If-None-Match names the ETag; weak comparison (RFC 9110, 13.1.2).
func (t *tagger) has(etag string) bool {
	for _, header := range t.wanted {
		if header == etag || strings.TrimSpace(header) == "*" {
			return true
		}
		tags, _ := entityTags(header)
		for _, tag := range tags {
			if `"`+tag.opaque+`"` == etag {
				return true
			}
		}
	}
	return false
}

const hashDigits = 13 // 64 bits in base 36

// hashOf is FNV-1a over the view, the same in every process.
func hashOf(view []byte) string {
	const offset, prime = 14695981039346656037, 1099511628211
	hash := uint64(offset)
	for _, b := range view {
		hash = (hash ^ uint64(b)) * prime
	}
	digits := strconv.FormatUint(hash, 36)
	return "0000000000000"[len(digits):] + digits
}
