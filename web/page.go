package web

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"kring/internal/identity"
	"kring/internal/text"
)

// policy lets a page use our one style sheet and send forms to us, and nothing else.
const policy = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// mostBody is far more than the largest form, the sign-up, can hold.
const mostBody = 64 << 10

//go:embed templates/*.html
var templateFiles embed.FS

// templates are the pages by name, each with the frame around it.
type templates map[string]*template.Template

func readTemplates() templates {
	frame := template.Must(template.ParseFS(templateFiles, "templates/frame.html", "templates/fields.html"))
	pages := templates{}
	for _, name := range []string{
		"home", "link", "mine", "mails", "sees", "guide", "guides", "signup", "applied", "failed",
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
}

// framed gives a page what all of them share: headers, a bound on the body, the language, and an answer to errors.
func (w *Web) framed(reply answer) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set(echo.HeaderContentSecurityPolicy, policy)
		h.Set(echo.HeaderXContentTypeOptions, "nosniff")
		h.Set(echo.HeaderReferrerPolicy, "no-referrer")
		h.Set(echo.HeaderCacheControl, "no-store")
		h.Set(echo.HeaderVary, "Accept-Language")
		h.Set("X-Robots-Tag", "noindex")
		r := c.Request()
		r.Body = http.MaxBytesReader(c.Response(), r.Body, mostBody)
		v := &visit{Web: w, c: c, lang: text.Preferred(c.QueryParam("lang"), r.Header.Get("Accept-Language"))}
		if err := reply(v); err != nil {
			return v.fail(err)
		}
		return nil
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
	v     *visit
	Title string
	Wide  bool // a page to read rather than to press on
	Menu  []menuItem
}

// menuItem leads to another page of the same person.
type menuItem struct {
	Label, URL string
	Here       bool
}

func (v *visit) frame(title string) frame { return frame{v: v, Title: title} }

// Lang is the language of the page.
func (f frame) Lang() string { return f.v.lang }

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

// OtherURL is this page in the other language. It keeps nothing that was typed: a form is sent first.
func (f frame) OtherURL() string {
	query := url.Values{"lang": {f.Other()}}
	if choice := f.v.c.QueryParam("choice"); choice != "" {
		query.Set("choice", choice)
	}
	return f.v.c.Request().URL.EscapedPath() + "?" + query.Encode()
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
