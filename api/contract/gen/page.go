package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

//go:embed page.html
var pageSource string

// What the page's template is fed with.
type (
	page struct {
		Title   string
		Intro   []string
		Tags    []tagged
		Schemas []schema
	}
	tagged struct {
		Name, Description string
		Operations        []shown
	}
	shown struct {
		ID, Method, Path, Summary, Description, Scope string
		Public, CookieOnly                            bool
		Parameters                                    []row
		Body                                          template.HTML
		Answers                                       []answer
	}
	row struct {
		Name, Where string
		Required    bool
		Type        template.HTML
		Notes       string
	}
	answer struct {
		Status, Description string
		Type                template.HTML
	}
	schema struct {
		Name, Notes string
		Type        template.HTML
		Fields      []row
	}
)

func pageOf(doc *openapi3.T) ([]byte, error) {
	p := page{Title: doc.Info.Title, Intro: strings.Split(strings.TrimSpace(doc.Info.Description), "\n\n")}
	for _, tag := range doc.Tags {
		t := tagged{Name: tag.Name, Description: tag.Description}
		for _, o := range operationsOf(doc) {
			if o.Tags[0] == tag.Name {
				t.Operations = append(t.Operations, shownOf(o))
			}
		}
		p.Tags = append(p.Tags, t)
	}
	for _, name := range slices.Sorted(maps.Keys(doc.Components.Schemas)) {
		p.Schemas = append(p.Schemas, schemaOf(name, doc.Components.Schemas[name].Value))
	}
	parsed, err := template.New("page").Funcs(template.FuncMap{"prose": prose, "lower": strings.ToLower}).Parse(pageSource)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = parsed.Execute(&out, p)
	return out.Bytes(), err
}

func shownOf(o operation) shown {
	s := shown{
		ID: o.OperationID, Method: o.method, Path: o.path, Summary: o.Summary,
		Description: o.Description, Scope: scopeOf(o), Public: publicOf(o), CookieOnly: cookieOnly(o),
	}
	for _, p := range o.parametersOf() {
		s.Parameters = append(s.Parameters, row{
			Name: p.Value.Name, Where: p.Value.In, Required: p.Value.Required,
			Type: typeOf(p.Value.Schema), Notes: p.Value.Description,
		})
	}
	if o.RequestBody != nil {
		s.Body = typeOf(o.RequestBody.Value.Content.Get("application/json").Schema)
	}
	for _, code := range slices.Sorted(maps.Keys(o.Responses.Map())) {
		r := o.Responses.Value(code).Value
		a := answer{Status: strings.Replace(code, "default", "else", 1), Description: *r.Description}
		for _, media := range r.Content {
			a.Type = typeOf(media.Schema)
		}
		s.Answers = append(s.Answers, a)
	}
	return s
}

// cookieOnly says whether the operation takes no token: its security names the cookie and nothing else.
func cookieOnly(o operation) bool {
	if o.Security == nil || len(*o.Security) != 1 {
		return false
	}
	_, cookie := (*o.Security)[0]["cookie"]
	return cookie
}

func schemaOf(name string, s *openapi3.Schema) schema {
	shown := schema{Name: name, Notes: s.Description}
	if len(s.Properties) == 0 {
		shown.Type = typeOf(&openapi3.SchemaRef{Value: s})
	}
	for _, field := range slices.Sorted(maps.Keys(s.Properties)) {
		ref := s.Properties[field]
		notes := ref.Value.Description
		if ref.Ref != "" {
			notes = ""
		}
		shown.Fields = append(shown.Fields, row{
			Name: field, Required: slices.Contains(s.Required, field), Type: typeOf(ref), Notes: notes,
		})
	}
	return shown
}

// typeOf writes a schema in a few words, with links to named ones.
func typeOf(ref *openapi3.SchemaRef) template.HTML {
	if name, named := strings.CutPrefix(ref.Ref, "#/components/schemas/"); named {
		return template.HTML(fmt.Sprintf(`<a href="#%[1]s">%[1]s</a>`, template.HTMLEscapeString(name)))
	}
	s := ref.Value
	var words string
	switch {
	case len(s.AllOf) == 1:
		words = string(typeOf(s.AllOf[0]))
	case s.Type.Is("array"):
		words = "list of " + string(typeOf(s.Items))
	case s.Type.Is("object"):
		words = objectOf(s)
	default:
		words = template.HTMLEscapeString(plain(s))
	}
	if s.Nullable {
		words += " or null"
	}
	return template.HTML(words)
}

func objectOf(s *openapi3.Schema) string {
	var fields []string
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		fields = append(fields, template.HTMLEscapeString(name)+": "+string(typeOf(s.Properties[name])))
	}
	return "{ " + strings.Join(fields, ", ") + " }"
}

func plain(s *openapi3.Schema) string {
	words := strings.Join(s.Type.Slice(), " ")
	if s.Format != "" {
		words = s.Format
	}
	if len(s.Enum) > 0 {
		words = strings.Join(texts(s.Enum), " | ")
	}
	switch {
	case s.Pattern != "":
		words += " " + s.Pattern
	case s.MaxLength != nil:
		words += fmt.Sprintf(", %d to %d characters", s.MinLength, *s.MaxLength)
	case s.Min != nil && s.Max != nil:
		words += fmt.Sprintf(", %d to %d", int(*s.Min), int(*s.Max))
	}
	if s.Default != nil {
		words += fmt.Sprintf(", else %v", s.Default)
	}
	return words
}

// prose turns the two marks that the contract uses, **strong** and `code`, into HTML.
func prose(s string) template.HTML {
	s = template.HTMLEscapeString(s)
	s = pairs(s, "**", "strong")
	return template.HTML(pairs(s, "`", "code"))
}

func pairs(s, mark, element string) string {
	parts := strings.Split(s, mark)
	var out strings.Builder
	for i, part := range parts {
		switch {
		case i == 0:
		case i%2 == 1:
			out.WriteString("<" + element + ">")
		default:
			out.WriteString("</" + element + ">")
		}
		out.WriteString(part)
	}
	return out.String()
}
