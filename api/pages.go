package api

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"html/template"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
)

const (
	contractPath = "/api/v1/openapi.yaml"
	docsPath     = "/api/docs"
	problemsPath = "/api/problems"
)

//go:embed openapi.yaml
var contractFile []byte

//go:embed docs.gen.html
var docsPage []byte

// pagePolicy lets a page use its own styles and nothing else.
const pagePolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

func serveFile(kind string, file []byte) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set(echo.HeaderCacheControl, "no-cache")
		if kind == echo.MIMETextHTMLCharsetUTF8 {
			h.Set(echo.HeaderContentSecurityPolicy, pagePolicy)
		}
		return c.Blob(http.StatusOK, kind, file)
	}
}

// problems is the page that a problem's type points to: every code with its sentence.
func (a *API) problems(c echo.Context) error {
	lang := language(c)
	var page bytes.Buffer
	if err := problemsPage.Execute(&page, codesPage{Lang: lang, Lists: a.codes(lang)}); err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set(echo.HeaderCacheControl, "no-cache")
	h.Set(echo.HeaderVary, "Accept-Language")
	h.Set(echo.HeaderContentSecurityPolicy, pagePolicy)
	return c.HTMLBlob(http.StatusOK, page.Bytes())
}

type (
	codesPage struct {
		Lang  string
		Lists []codeList
	}
	codeList struct {
		Title string
		Codes []codeLine
	}
	codeLine struct{ ID, Code, Says string }
)

// codes lists the codes of problems and of faulty fields. The variables of a sentence stay as they are written.
func (a *API) codes(lang string) []codeList {
	lists := []codeList{
		{Title: a.texts.Say(lang, "api.problems", nil)},
		{Title: a.texts.Say(lang, "api.violations", nil)},
	}
	raw := map[string]any{} // a plural is an object of its own; its code alone is shown
	if err := json.Unmarshal(a.texts.Raw(lang), &raw); err != nil {
		panic(err) // the catalogue writes JSON
	}
	says := func(key string) string { sentence, _ := raw[key].(string); return sentence }
	for _, key := range a.texts.Keys() {
		if code, is := strings.CutPrefix(key, "problem."); is {
			lists[0].Codes = append(lists[0].Codes, codeLine{ID: code, Code: code, Says: says(key)})
		}
		if code, is := strings.CutPrefix(key, "violation."); is {
			lists[1].Codes = append(lists[1].Codes, codeLine{ID: "field-" + code, Code: code, Says: says(key)})
		}
	}
	return lists
}

var problemsPage = template.Must(template.New("problems").Parse(`<!doctype html>
<html lang="{{.Lang}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Kring</title>
<style>
:root { color-scheme: light dark; }
body { font: 1rem/1.55 system-ui, sans-serif; max-width: 50rem; margin: 0 auto; padding: 1rem; }
dt { font-family: ui-monospace, monospace; font-weight: 600; }
</style>
</head>
<body>
<main>{{range .Lists}}
<h1>{{.Title}}</h1>
<dl>{{range .Codes}}
<dt id="{{.ID}}">{{.Code}}</dt><dd>{{.Says}}</dd>{{end}}
</dl>{{end}}
</main>
</body>
</html>
`))
