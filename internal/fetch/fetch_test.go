package fetch

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

const some = "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"

func TestGetReadsAFile(t *testing.T) {
	var got http.Header
	port, roots := serve(t, outside, func(w http.ResponseWriter, r *http.Request) {
		got = r.Header.Clone()
		w.Header().Set("ETag", `"a"`)
		w.Header().Set("Last-Modified", "Tue, 20 Mar 2018 09:00:00 GMT")
		_, _ = io.WriteString(w, some)
	})
	answer, err := client(t, roots).Get(t.Context(), "https://example.com:"+port+"/secret.ics", Known{})
	if err != nil || string(answer.Body) != some || answer.Unchanged || answer.Known != (Known{`"a"`, "Tue, 20 Mar 2018 09:00:00 GMT"}) {
		t.Errorf("%v, %+v", err, answer)
	}
	if got.Get("User-Agent") != "Kring (test)" || got.Get("If-None-Match") != "" || got.Get("Cookie") != "" {
		t.Errorf("it asked with %v", got)
	}
}

func TestGetAsksWhetherWhatIsKnownStillHolds(t *testing.T) {
	known := Known{`"a"`, "Tue, 20 Mar 2018 09:00:00 GMT"}
	port, roots := serve(t, outside, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("If-None-Match") == known.ETag && r.Header.Get("If-Modified-Since") == known.Modified || r.URL.Path == "/always" {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Header().Set("ETag", `"`+strings.Repeat("b", 1000)+`"`)
	})
	c := client(t, roots)
	answer, err := c.Get(t.Context(), "https://example.com:"+port+"/", known)
	if err != nil || !answer.Unchanged || answer.Known != known {
		t.Errorf("%v, %+v", err, answer)
	}
	if answer, err = c.Get(t.Context(), "https://example.com:"+port+"/", Known{ETag: `"other"`}); err != nil || answer.Unchanged || answer.Known != (Known{}) {
		t.Errorf("of another version, with a tag that is too long to keep: %v, %+v", err, answer)
	}
	if _, err = c.Get(t.Context(), "https://example.com:"+port+"/always", Known{}); !errors.Is(err, Error(Unreachable)) {
		t.Errorf("unchanged since never: %v", err)
	}
}

func TestGetKeepsOnlyWhatIsText(t *testing.T) {
	port, roots := serve(t, outside, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("ETag", "\"\xff\"") // as RFC 9110, 8.8.3 lets it be, and no database of text does
		w.Header().Set("Last-Modified", "\xe9t\xe9")
	})
	answer, err := client(t, roots).Get(t.Context(), "https://example.com:"+port+"/", Known{})
	if err != nil || answer.Known != (Known{}) {
		t.Errorf("%v, %+v", err, answer)
	}
}

func TestGetSaysWhatIsWrong(t *testing.T) {
	port, roots := serve(t, outside, func(w http.ResponseWriter, r *http.Request) {
		status, _ := strconv.Atoi(strings.Trim(r.URL.Path, "/"))
		w.WriteHeader(status)
	})
	c := client(t, roots)
	for path, want := range map[string]Error{
		"/404": NotFound, "/410": NotFound, "/401": NeedsSignIn, "/403": NeedsSignIn, "/500": Unreachable, "/429": Unreachable, "/204": Unreachable,
	} {
		if _, err := c.Get(t.Context(), "https://example.com:"+port+path, Known{}); !errors.Is(err, want) {
			t.Errorf("%s: %v instead of %v", path, err, want)
		}
	}
	for address, want := range map[string]Error{
		"http://example.com/": Astray, "https://anke@example.com/": Astray, "https://example.com/#a": Astray, "https:example.com": Astray,
		"https:///a": Astray, "https://example.com:25/": Astray, "https://example.com:993/": Astray, "file:///etc/passwd": Astray, "https://exa mple.com/": Astray,
		"https://example.org:" + port + "/": Certificate, "https://example.com:1/": Astray, "https://example.com:65536/": Astray,
	} {
		if _, err := c.Get(t.Context(), address, Known{}); !errors.Is(err, want) {
			t.Errorf("%s: %v instead of %v", address, err, want)
		}
	}
	if _, err := New(Options{}).Get(t.Context(), "https://127.0.0.1:"+port+"/", Known{}); !errors.Is(err, Error(Private)) {
		t.Errorf("of ourselves, as it is by default: %v", err)
	}
}

func TestGetConnectsToNobodyInside(t *testing.T) {
	var reached atomic.Int32
	port, _ := serve(t, inside, func(http.ResponseWriter, *http.Request) { reached.Add(1) })
	away, roots := serve(t, outside, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://"+inside+":"+port+"/", http.StatusFound)
	})
	c := client(t, roots)
	for _, address := range []string{
		"https://" + inside + ":" + port + "/", "https://[::1]:" + port + "/", "https://[::ffff:127.0.0.1]:" + port + "/",
		"https://example.com:" + away + "/", // leads inside
	} {
		if _, err := c.Get(t.Context(), address, Known{}); !errors.Is(err, Error(Private)) {
			t.Errorf("%s: %v", address, err)
		}
	}
	if reached.Load() > 0 {
		t.Error("something inside was reached")
	}
}

func TestGetBelievesNoNameThatChangesItsAnswer(t *testing.T) {
	port, roots := serve(t, outside, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, some) })
	c := client(t, roots, outside, inside)
	address := "https://example.com:" + port + "/"
	if _, err := c.Get(t.Context(), address, Known{}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Get(t.Context(), address, Known{}); !errors.Is(err, Error(Private)) {
		t.Errorf("once the name leads inside: %v", err)
	}
}

func TestGetFollowsAFewRedirectsByTLS(t *testing.T) {
	var referer atomic.Value
	referer.Store("")
	port, roots := serve(t, outside, func(w http.ResponseWriter, r *http.Request) {
		referer.Store(referer.Load().(string) + r.Header.Get("Referer"))
		switch left, err := strconv.Atoi(strings.Trim(r.URL.Path, "/")); {
		case r.URL.Path == "/plain":
			http.Redirect(w, r, "http://example.com/", http.StatusMovedPermanently)
		case r.URL.Path == "/user":
			http.Redirect(w, r, "https://anke:secret@example.com/", http.StatusMovedPermanently)
		case err == nil && left > 0:
			http.Redirect(w, r, "/"+strconv.Itoa(left-1), http.StatusFound)
		default:
			_, _ = io.WriteString(w, some)
		}
	})
	c := client(t, roots)
	for path, want := range map[string]error{"/5": nil, "/6": Error(Astray), "/plain": Error(Astray), "/user": Error(Astray)} {
		if _, err := c.Get(t.Context(), "https://example.com:"+port+path, Known{}); !errors.Is(err, want) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if referer.Load() != "" {
		t.Errorf("told where from: %s", referer.Load())
	}
}

func TestGetReadsNoMoreThanItTakes(t *testing.T) {
	var bomb, fitting bytes.Buffer
	pack(t, &bomb, bytes.Repeat([]byte(" "), 2*Most))
	pack(t, &fitting, bytes.Repeat([]byte(" "), Most))
	answers := map[string]func(w http.ResponseWriter){
		"/exact":    func(w http.ResponseWriter) { _, _ = w.Write(bytes.Repeat([]byte(" "), Most)) },
		"/one-more": func(w http.ResponseWriter) { _, _ = w.Write(bytes.Repeat([]byte(" "), Most+1)) },
		"/claims":   func(w http.ResponseWriter) { w.Header().Set("Content-Length", "99999999999") },
		"/endless": func(w http.ResponseWriter) {
			for _, err := w.Write(make([]byte, 4096)); err == nil; _, err = w.Write(make([]byte, 4096)) {
			}
		},
		"/packed": func(w http.ResponseWriter) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(fitting.Bytes())
		},
		"/bomb": func(w http.ResponseWriter) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(bomb.Bytes())
		},
		"/nothing-packed": func(w http.ResponseWriter) { // blocks without content, one after the other
			w.Header().Set("Content-Encoding", "gzip")
			_, err := w.Write([]byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255})
			for ; err == nil; _, err = w.Write(bytes.Repeat([]byte{0, 0, 0, 0xff, 0xff}, 1000)) {
			}
		},
		"/not-packed": func(w http.ResponseWriter) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = io.WriteString(w, some)
		},
		"/brotli": func(w http.ResponseWriter) { w.Header().Set("Content-Encoding", "br") },
		"/header": func(w http.ResponseWriter) { w.Header().Set("X-Long", strings.Repeat("a", 1<<20)) },
	}
	port, roots := serve(t, outside, func(w http.ResponseWriter, r *http.Request) { answers[r.URL.Path](w) })
	o := options(t, roots)
	o.Within = time.Minute // it is not time that ends these
	c := New(o)
	for path, want := range map[string]error{
		"/exact": nil, "/packed": nil, "/one-more": Error(TooLarge), "/claims": Error(TooLarge), "/endless": Error(TooLarge), "/bomb": Error(TooLarge),
		"/nothing-packed": Error(TooLarge), "/not-packed": Error(Unreachable), "/brotli": Error(Unreachable), "/header": Error(Unreachable),
	} {
		answer, err := c.Get(t.Context(), "https://example.com:"+port+path, Known{})
		if !errors.Is(err, want) || err == nil && len(answer.Body) != Most {
			t.Errorf("%s: %v, %d bytes", path, err, len(answer.Body))
		}
	}
}

func pack(t *testing.T, to io.Writer, content []byte) {
	t.Helper()
	packer := gzip.NewWriter(to)
	_, err := packer.Write(content)
	if err := errors.Join(err, packer.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestGetEndsWithItsTime(t *testing.T) {
	released := make(chan struct{})
	port, roots := serve(t, outside, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/drip" {
			for drop := time.NewTicker(time.Millisecond); r.Context().Err() == nil; <-drop.C {
				_, _ = io.WriteString(w, " ")
				_ = http.NewResponseController(w).Flush()
			}
			return
		}
		select { // says nothing at all
		case <-r.Context().Done():
		case <-released:
		}
	})
	defer close(released)
	o := options(t, roots)
	o.Within = 200 * time.Millisecond
	c := New(o)
	for _, path := range []string{"/drip", "/silent"} {
		if _, err := c.Get(t.Context(), "https://example.com:"+port+path, Known{}); !errors.Is(err, Error(TooSlow)) {
			t.Errorf("%s: %v", path, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Get(ctx, "https://example.com:"+port+"/silent", Known{}); !errors.Is(err, context.Canceled) {
		t.Errorf("of who does not wait: %v", err)
	}
}

func TestPublicKnowsWhoIsNobodysInPublic(t *testing.T) {
	for address, want := range map[string]bool{
		"93.184.216.34": true, "2606:2800:220:1::1": true, "::ffff:93.184.216.34": true, "64:ff9b::5db8:d822": true, "223.255.255.1": true, "198.20.0.1": true,
		"0.0.0.0": false, "0.1.2.3": false, "10.1.2.3": false, "100.64.0.1": false, "100.127.255.255": false, "127.0.0.1": false, "127.8.8.8": false, "169.254.169.254": false,
		"172.16.0.1": false, "172.31.255.255": false, "192.0.0.1": false, "192.0.2.1": false, "192.88.99.1": false, "192.168.1.1": false, "198.18.0.1": false, "198.19.1.1": false,
		"198.51.100.1": false, "203.0.113.1": false, "224.0.0.1": false, "239.1.1.1": false, "240.0.0.1": false, "255.255.255.255": false,
		"::": false, "::1": false, "::ffff:10.1.2.3": false, "::ffff:127.0.0.1": false, "::10.1.2.3": false, "64:ff9b::a01:203": false, "64:ff9b::7f00:1": false, "64:ff9b:1::1": false,
		"100::1": false, "2001::1": false, "2001:0:a01:203::1": false, "2001:db8::1": false, "2002:a01:203::1": false, "2002:5db8:d822::1": false, "3fff::1": false, "4000::1": false,
		"5f00::1": false, "fc00::1": false, "fd12:3456::1": false, "fe80::1": false, "fe80::1%eth0": false, "fec0::1": false, "ff02::1": false,
	} {
		if got := Public(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: %t", address, got)
		}
	}
	if Public(netip.Addr{}) {
		t.Error("no address at all")
	}
}
