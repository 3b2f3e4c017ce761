package mail

import (
	"html"
	"strings"
)

// HTML is the body as a whole page: one column, readable without pictures or style sheet, dark where
// the reader's program is dark. Styles stand at the elements, because many programs drop style sheets;
// only what depends on the reader's colours stands in the head. Language and subject go into the head.
func (b Body) HTML(language, subject string) string {
	page := &htmlPage{}
	page.out.Grow(8 << 10)
	page.raw(`<!DOCTYPE html><html lang="`)
	page.escaped(language)
	page.raw(`"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">` +
		`<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark"><title>`)
	page.escaped(oneLine(subject))
	page.raw(`</title>` + readerStyle + `</head>` + pageOpen)
	b.content(page)
	page.raw(pageClose)
	return page.out.String()
}

func (b Body) content(page *htmlPage) {
	if b.Title != "" {
		page.element("h1", styleTitle, b.Title)
	}
	if b.Greeting != "" {
		page.element("p", styleText, b.Greeting)
	}
	for _, block := range b.Blocks {
		block.html(page)
	}
	if b.Closing != "" {
		page.element("p", styleText, b.Closing)
	}
	if len(b.Footer) == 0 {
		return
	}
	page.raw(`<div class="k-small" style="` + styleFooter + `">`)
	for _, link := range b.Footer {
		page.raw(`<p style="margin:0 0 4px">`)
		page.link(link, styleSmallLink)
		page.raw(`</p>`)
	}
	page.raw(`</div>`)
}

// The colours are those of the pages that the buttons lead to; they pass WCAG 2.2 AA on their grounds, light and dark.
const (
	font           = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;"
	longWords      = "overflow-wrap:anywhere;word-break:break-word" // an address breaks sooner than the page grows wider than a phone
	styleTitle     = font + "font-size:24px;line-height:1.3;margin:0 0 16px"
	styleHeading   = font + "font-size:18px;line-height:1.3;margin:28px 0 8px"
	styleText      = font + "font-size:16px;line-height:1.5;margin:0 0 16px;" + longWords
	styleNote      = font + "font-size:14px;line-height:1.5;margin:0 0 16px;color:#645850"
	styleList      = font + "font-size:16px;line-height:1.5;margin:0 0 16px;padding:0 0 0 22px"
	styleTable     = font + "font-size:16px;line-height:1.5;margin:0 0 16px;border-collapse:collapse"
	styleLabel     = "text-align:left;vertical-align:top;font-weight:600;padding:3px 16px 3px 0"
	styleValue     = "text-align:left;vertical-align:top;padding:3px 0;" + longWords
	styleQuote     = "margin:0 0 16px;padding:2px 0 2px 16px;border-left:4px solid #9a3b1b"
	styleQuoteText = font + "font-size:16px;line-height:1.5;margin:0;" + longWords
	styleLink      = "color:#9a3b1b;text-decoration:underline"
	styleSmallLink = "color:#645850;text-decoration:underline"
	styleFooter    = font + "font-size:13px;line-height:1.5;margin:32px 0 0;padding:16px 0 0;border-top:1px solid #d9cdbf;color:#645850"
	styleButton    = font + "display:inline-block;font-size:16px;line-height:1.2;font-weight:600;padding:13px 20px;margin:0 8px 10px 0;" +
		"border:2px solid #9a3b1b;border-radius:6px;text-decoration:none;"

	readerStyle = `<style>@media (prefers-color-scheme:dark){` +
		`.k-page,.k-card{background:#1d1916!important;color:#f2eae1!important}` +
		`.k-small,.k-small a{color:#bfb2a6!important}.k-link,.k-rich a{color:#f2a27e!important}` +
		`.k-first{background:#f2a27e!important;border-color:#f2a27e!important;color:#241711!important}` +
		`.k-other{background:#1d1916!important;border-color:#f2a27e!important;color:#f2a27e!important}}</style>`

	pageOpen = `<body class="k-page" style="margin:0;padding:0;background:#fbf6ee;color:#2c2420">` +
		`<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr><td align="center" style="padding:16px 8px">` +
		`<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:600px">` +
		`<tr><td class="k-card" style="background:#fffdf9;color:#2c2420;padding:28px 24px;border-radius:8px;text-align:left">`
	pageClose = `</td></tr></table></td></tr></table></body></html>` + "\n"
)

type htmlPage struct{ out strings.Builder }

func (p *htmlPage) raw(markup string) { p.out.WriteString(markup) }

func (p *htmlPage) escaped(text string) { p.out.WriteString(html.EscapeString(text)) }

// text writes a text with its line breaks.
func (p *htmlPage) text(text string) {
	for i, line := range lines(text) {
		if i > 0 {
			p.raw("<br>")
		}
		p.escaped(line)
	}
}

func (p *htmlPage) element(name, style, text string) {
	p.raw("<" + name + ` style="` + style + `">`)
	p.text(text)
	p.raw("</" + name + ">\n")
}

func (p *htmlPage) link(link Link, style string) {
	if link.URL == "" {
		p.text(link.Label)
		return
	}
	label := link.Label
	if label == "" {
		label = link.URL
	}
	p.raw(`<a class="k-link" style="` + style + `" href="`)
	p.escaped(link.URL)
	p.raw(`">`)
	p.text(label)
	p.raw(`</a>`)
}

func (b Paragraph) html(p *htmlPage) { p.element("p", styleText, string(b)) }
func (b Heading) html(p *htmlPage)   { p.element("h2", styleHeading, string(b)) }

func (b Note) html(p *htmlPage) {
	p.raw(`<p class="k-small" style="` + styleNote + `">`)
	p.text(string(b))
	p.raw("</p>\n")
}

func (b Facts) html(p *htmlPage) {
	p.raw(`<table style="` + styleTable + `">`)
	for _, fact := range b {
		p.raw(`<tr><th scope="row" style="` + styleLabel + `">`)
		p.text(fact.Label)
		p.raw(`</th><td style="` + styleValue + `">`)
		p.link(Link{fact.Value, fact.URL}, styleLink)
		p.raw(`</td></tr>`)
	}
	p.raw("</table>\n")
}

func (b Buttons) html(p *htmlPage) {
	p.raw(`<p style="margin:0 0 16px">`)
	class, colours := "k-first", "background:#9a3b1b;color:#fffdf9"
	for _, button := range b {
		p.raw(`<a class="` + class + `" style="` + styleButton + colours + `" href="`)
		p.escaped(button.URL)
		p.raw(`">`)
		p.text(button.Label)
		p.raw("</a>\n")
		class, colours = "k-other", "background:#fffdf9;color:#9a3b1b"
	}
	p.raw("</p>\n")
}

func (b List) html(p *htmlPage) {
	p.raw(`<ul style="` + styleList + `">`)
	for _, item := range b {
		p.raw("<li>")
		p.text(item)
		p.raw("</li>")
	}
	p.raw("</ul>\n")
}

func (b Links) html(p *htmlPage) {
	p.raw(`<ul style="` + styleList + `">`)
	for _, link := range b {
		p.raw("<li>")
		p.link(link, styleLink)
		p.raw("</li>")
	}
	p.raw("</ul>\n")
}

func (b Quote) html(p *htmlPage) {
	if b.By != "" {
		p.element("p", styleText+";margin-bottom:4px", b.By+":")
	}
	p.raw(`<blockquote style="` + styleQuote + `">`)
	p.element("p", styleQuoteText, b.Text)
	p.raw("</blockquote>\n")
}

func (b Rendered) html(p *htmlPage) {
	p.raw(`<div class="k-rich" style="` + styleText + `">`)
	p.raw(b.HTML)
	p.raw("</div>\n")
}
