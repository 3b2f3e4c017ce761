package web

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// htmlPage is a page as a browser's parser sees it.
type htmlPage struct {
	source string
	root   *html.Node
}

func parsePage(t testing.TB, source string) *htmlPage {
	t.Helper()
	root, err := html.Parse(strings.NewReader(source))
	if err != nil {
		t.Fatal(err)
	}
	return &htmlPage{source: source, root: root}
}

// String is the visible text, for messages of failed tests.
func (p *htmlPage) String() string {
	if p == nil {
		return "(no page)"
	}
	return p.text()
}

// text is what is read out of the page, white space squeezed.
func (p *htmlPage) text() string {
	if p == nil {
		return ""
	}
	var out strings.Builder
	for n := range p.root.Descendants() {
		if n.Type == html.TextNode {
			out.WriteString(n.Data + " ")
		}
	}
	return strings.Join(strings.Fields(out.String()), " ")
}

// all are the elements of these names, in the order of the page.
func (p *htmlPage) all(names ...string) []*html.Node {
	var out []*html.Node
	for n := range p.root.Descendants() {
		if n.Type == html.ElementNode && slices.Contains(names, n.Data) {
			out = append(out, n)
		}
	}
	return out
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// input is the first field of a name, or nil.
func (p *htmlPage) input(name string) *html.Node {
	for _, n := range p.all("input", "select") {
		if attribute(n, "name") == name {
			return n
		}
	}
	return nil
}

// value is what a field would send: its value, or that of the chosen option.
func (p *htmlPage) value(name string) string {
	n := p.input(name)
	if n == nil {
		return "(none)"
	}
	if n.Data == "input" {
		return attribute(n, "value")
	}
	for o := range n.Descendants() {
		if o.Data == "option" && slices.ContainsFunc(o.Attr, func(a html.Attribute) bool { return a.Key == "selected" }) {
			return attribute(o, "value")
		}
	}
	return ""
}

// checked are the values that are ticked under a name.
func (p *htmlPage) checked(name string) []string {
	var out []string
	for _, n := range p.all("input") {
		if attribute(n, "name") == name && slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "checked" }) {
			out = append(out, attribute(n, "value"))
		}
	}
	return out
}

// links are where the links of the page lead.
func (p *htmlPage) links() []string {
	var out []string
	for _, n := range p.all("a") {
		out = append(out, attribute(n, "href"))
	}
	return out
}

// buttons are the labels of the buttons.
func (p *htmlPage) buttons() []string {
	var out []string
	for _, n := range p.all("button") {
		out = append(out, strings.Join(strings.Fields((&htmlPage{root: n}).text()), " "))
	}
	return out
}

// check holds a page against what holds for all of them: its language, one style sheet and nothing else that is loaded,
// no script or style within, headings in order, unique ids, a label for every field, and closed elements.
func (p *htmlPage) check(t testing.TB) {
	t.Helper()
	if len(p.all("html")) != 1 || !slices.Contains([]string{"nl", "en"}, attribute(p.all("html")[0], "lang")) {
		t.Error("no language")
	}
	if !strings.HasPrefix(p.source, "<!doctype html>") || len(p.all("title", "main", "h1")) != 3 {
		t.Error("not one title, one main part and one heading")
	}
	p.checkLoads(t)
	p.checkHeadings(t)
	p.checkIDs(t)
	p.checkLabels(t)
	checkClosed(t, p.source)
}

func (p *htmlPage) checkLoads(t testing.TB) {
	t.Helper()
	if found := p.all("script", "style", "img", "iframe", "object", "base", "svg"); len(found) > 0 {
		t.Errorf("has a <%s>", found[0].Data)
	}
	for n := range p.root.Descendants() {
		for _, a := range n.Attr {
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") || a.Key != "value" && strings.HasPrefix(strings.ToLower(a.Val), "javascript:") {
				t.Errorf("<%s> has %s=%q", n.Data, a.Key, a.Val)
			}
		}
	}
	if links := p.all("link"); len(links) != 1 || !strings.HasPrefix(attribute(links[0], "href"), "/assets/style-") {
		t.Error("not one style sheet of ours")
	}
	for _, form := range p.all("form") {
		action := attribute(form, "action")
		if attribute(form, "method") != "post" || action != "" && (!strings.HasPrefix(action, "/") || strings.HasPrefix(action, "//")) {
			t.Error("a form that does not go to one of our pages by POST")
		}
	}
}

func (p *htmlPage) checkHeadings(t testing.TB) {
	t.Helper()
	last := 0
	for _, h := range p.all("h1", "h2", "h3", "h4", "h5", "h6") {
		level := int(h.Data[1] - '0')
		if level > last+1 {
			t.Errorf("a heading of level %d under one of level %d", level, last)
		}
		last = level
	}
}

func (p *htmlPage) checkIDs(t testing.TB) {
	t.Helper()
	ids := map[string]bool{}
	for n := range p.root.Descendants() {
		id := attribute(n, "id")
		if id != "" && ids[id] {
			t.Errorf("two elements with the id %q", id)
		}
		ids[id] = true
	}
	for n := range p.root.Descendants() {
		for _, name := range []string{"aria-describedby", "aria-labelledby", "for"} {
			for _, id := range strings.Fields(attribute(n, name)) {
				if !ids[id] {
					t.Errorf("%s names %q, which is nowhere", name, id)
				}
			}
		}
	}
}

func (p *htmlPage) checkLabels(t testing.TB) {
	t.Helper()
	labelled := map[string]bool{}
	for _, n := range p.all("label") {
		labelled[attribute(n, "for")] = true
	}
	for _, n := range p.all("input", "select", "textarea") {
		if attribute(n, "type") != "hidden" && !labelled[attribute(n, "id")] {
			t.Errorf("no label for %q", attribute(n, "name"))
		}
	}
	for _, n := range p.all("fieldset") {
		if len((&htmlPage{root: n}).all("legend")) != 1 {
			t.Error("a group of fields without a legend")
		}
	}
}

// checkClosed finds elements that are left open or closed in the wrong order; the parser would mend them silently.
func checkClosed(t testing.TB, source string) {
	t.Helper()
	void := []string{"meta", "link", "input", "br", "hr", "!doctype"}
	var open []string
	tokens := html.NewTokenizer(strings.NewReader(source))
	for {
		kind := tokens.Next()
		name, _ := tokens.TagName()
		switch kind {
		case html.ErrorToken:
			if len(open) > 0 {
				t.Errorf("left open: %v", open)
			}
			return
		case html.StartTagToken:
			if !slices.Contains(void, string(name)) {
				open = append(open, string(name))
			}
		case html.EndTagToken:
			if len(open) == 0 || open[len(open)-1] != string(name) {
				t.Errorf("</%s> within %v", name, open)
				return
			}
			open = open[:len(open)-1]
		}
	}
}

// opened are the parts of the page that stand open.
func (p *htmlPage) opened() []*html.Node {
	var out []*html.Node
	for _, n := range p.all("details") {
		if slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "open" }) {
			out = append(out, n)
		}
	}
	return out
}
