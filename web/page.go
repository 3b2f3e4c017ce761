package web

import (
	"bytes"
	"cmp"
	"embed"
	"html/template"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"kring/internal/identity"
	"kring/internal/text"
)

// policy lets a page use our one style sheet and send forms to us, and nothing else.
const policy = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// noPowers refuses what a page could ask a browser for; ours ask for nothing.
const noPowers = "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), " +
	"magnetometer=(), microphone=(), midi=(), payment=(), screen-wake-lock=(), serial=(), usb=()"

const (
	// mostBody is far more than the largest form, the sign-up, can hold.
	mostBody = 64 << 10
	// mostShort bounds forms of a line or two: an address, a code, a press.
	mostShort = 4 << 10
)

//go:embed templates/*.html
var templateFiles embed.FS

// templates are the pages by name, each with the frame around it.
type templates map[string]*template.Template

func readTemplates() templates {
	frame := template.Must(template.ParseFS(templateFiles, "templates/frame.html", "templates/fields.html", "templates/seen.html",
		"templates/planning.html"))
	pages := templates{}
	for _, name := range []string{
		"home", "link", "mine", "mails", "sees", "guide", "guides", "signup", "applied", "failed",
		"signin", "asked", "enter", "me", "address", "erase", "goodbye",
		"plan", "plandate", "change", "calendar",
	} {
		pages[name] = template.Must(template.Must(frame.Clone()).ParseFS(templateFiles, "templates/"+name+".html"))
	}
	return pages
}

// visit is one request to a page.
type visit struct {
	*Web
	c    echo.Context
	lang string // of the page: ?lang, else the person's once known, else Accept-Language
	// actor is who is signed in with this browser: set by pages that ask for it, nobody on all others.
	actor identity.Actor
}

// framed gives a page what all of them share: headers, a bound on the body, the language, and an answer to errors.
func (w *Web) framed(reply answer, of route) echo.HandlerFunc {
	return func(c echo.Context) error {
		protect(c.Response().Header(), of.cookie)
		r := c.Request()
		r.Body = http.MaxBytesReader(c.Response(), r.Body, cmp.Or(of.most, mostBody))
		v := &visit{Web: w, c: c, lang: text.Preferred(c.QueryParam("lang"), r.Header.Get("Accept-Language"))}
		if err := reply(v); err != nil {
			return v.fail(err)
		}
		return nil
	}
}

// protect sets the headers of every page: it runs nothing, loads nothing from elsewhere, stands in nobody's frame or
// window, is kept nowhere, and says to no other site where its reader came from.
//
// Nor does it say so to ours, because the address of a letter's page is its secret. On the pages that a cookie has to do
// with, the site is named and never the page: browsers that do not yet send Sec-Fetch-Site then say in Origin that a form
// is ours, instead of "null", and whoever looks can tell; what a sign-in link holds stays out of logs of what was asked for.
func protect(h http.Header, cookie bool) {
	h.Set(echo.HeaderContentSecurityPolicy, policy)
	h.Set(echo.HeaderXContentTypeOptions, "nosniff")
	h.Set(echo.HeaderReferrerPolicy, "no-referrer")
	h.Set("Permissions-Policy", noPowers)
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set(echo.HeaderCacheControl, "no-store")
	h.Set(echo.HeaderVary, "Accept-Language")
	h.Set("X-Robots-Tag", "noindex")
	if cookie {
		h.Set(echo.HeaderReferrerPolicy, "strict-origin")
		h.Set(echo.HeaderVary, "Accept-Language, Cookie")
	}
}

// speak takes the person's own language, unless the address asks for another.
func (v *visit) speak(p identity.Person) { v.speakIn(p.LetterLanguage) }

func (v *visit) speakIn(lang string) {
	if text.Known(lang) && !text.Known(v.c.QueryParam("lang")) {
		v.lang = lang
	}
}

// say answers a text in the language of the page; args are names and values in turn.
func (v *visit) say(key string, args ...any) string {
	values := make(map[string]any, len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		values[args[i].(string)] = args[i+1]
	}
	return v.Texts.Say(v.lang, key, values)
}

// frame is what every page has. Pages embed it.
type frame struct {
	v      *visit
	Title  string
	Wide   bool // a page to read rather than to press on
	Menu   []menuItem
	Behind bool // a page about a person behind a link of a letter, which may have been passed on
	// at and keep are where this page can be opened again, when that is not the address that was asked for.
	at   string
	keep url.Values
}

// menuItem leads to another page of the same person.
type menuItem struct {
	Label, URL string
	Here       bool
}

func (v *visit) frame(title string) frame { return frame{v: v, Title: title} }

// Lang is the language of the page.
func (f frame) Lang() string { return f.v.lang }

// SignedIn says whether the page belongs to who is signed in with this browser.
func (f frame) SignedIn() bool { return f.v.actor.Known() }

// To is the address of another page of ours, in the language that this page's address asks for.
func (f frame) To(path string) string { return f.v.inLanguage(path) }

// Style is the address of the style sheet.
func (f frame) Style() string { return f.v.style.path }

// Say answers a text in the language of the page.
func (f frame) Say(key string, args ...any) string { return f.v.say(key, args...) }

// Other is the language that the page can also be read in.
func (f frame) Other() string {
	if f.v.lang == text.Dutch {
		return text.English
	}
	return text.Dutch
}

// OtherURL is this page in the other language. It keeps nothing that was typed: a form is sent first. A refusal may stand
// at any address, also at one that begins with //host, which as a link leads there; one slash begins ours.
func (f frame) OtherURL() string {
	query := url.Values{"lang": {f.Other()}}
	maps.Copy(query, f.keep)
	if choice := f.v.c.QueryParam("choice"); choice != "" {
		query.Set("choice", choice)
	}
	here := "/" + strings.TrimLeft(f.v.c.Request().URL.EscapedPath(), "/")
	return cmp.Or(f.at, here) + "?" + query.Encode()
}

// show answers a page. It is written whole or not at all, so a failing template can still become a page that says so.
func (v *visit) show(status int, name string, data any) error {
	var out bytes.Buffer
	if err := v.templates[name].ExecuteTemplate(&out, "frame", data); err != nil {
		return err
	}
	v.c.Response().Header().Set("Content-Language", v.lang)
	return v.c.HTMLBlob(status, out.Bytes())
}

// form reads what was sent.
func (v *visit) form() (url.Values, error) {
	r := v.c.Request()
	var err error
	if strings.HasPrefix(r.Header.Get(echo.HeaderContentType), echo.MIMEMultipartForm) {
		err = r.ParseMultipartForm(mostBody)
	} else {
		err = r.ParseForm()
	}
	if err != nil {
		return nil, unreadable(err)
	}
	return r.PostForm, nil
}

// inLanguage answers an address with the language of this page, when the address of this page asked for one.
func (v *visit) inLanguage(path string) string { return path + v.asked("?lang=") }

// asked is the language that the address asks for, behind what belongs before it; "" when it asks for none.
func (v *visit) asked(before string) string {
	if lang := v.c.QueryParam("lang"); text.Known(lang) {
		return before + lang
	}
	return ""
}
