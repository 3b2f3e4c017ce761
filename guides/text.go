package guides

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// textWidth keeps quoted lines of a letter within what every mail program shows.
const textWidth = 72

// Text is the guide as plain text for letters, without Markdown's marks: title,
// summary, then the sections, with the agenda as lines of minutes and titles.
func (w Week) Text() string {
	var out strings.Builder
	fmt.Fprintf(&out, "%s\n%s\n\n%s\n", w.Title, underline(w.Title, "="), wrap(w.Summary, ""))
	for _, section := range w.Sections {
		fmt.Fprintf(&out, "\n\n%s\n%s\n\n%s", section.Title, underline(section.Title, "-"), section.Text())
		if section.ID == "agenda" {
			out.WriteString("\n" + w.AgendaText())
		}
	}
	return out.String()
}

// AgendaText is the hour as plain text: one line for each block, its minutes
// first.
func (w Week) AgendaText() string {
	var out strings.Builder
	for _, item := range w.Agenda {
		fmt.Fprintf(&out, "%4d' %s\n", item.Minutes, item.Title)
	}
	return out.String()
}

func underline(title, mark string) string {
	return strings.Repeat(mark, utf8.RuneCountInString(title))
}

// Text is the section as plain text, without its title.
func (s Section) Text() string {
	if s.page.markdown == nil {
		return ""
	}
	source := []byte(s.Markdown)
	return blocksText(s.page.markdown.Parser().Parse(text.NewReader(source)), source, "")
}

// blocksText writes the blocks below node, an empty line between them, each line
// behind the indent.
func blocksText(node ast.Node, source []byte, indent string) string {
	var blocks []string
	for child := node.FirstChild(); child != nil; child = child.NextSibling() {
		if block := blockText(child, source, indent); block != "" {
			blocks = append(blocks, block)
		}
	}
	if list, ok := node.(*ast.ListItem); ok && list.Parent().(*ast.List).IsTight {
		return strings.Join(blocks, "")
	}
	return strings.Join(blocks, "\n")
}

func blockText(node ast.Node, source []byte, indent string) string {
	switch node := node.(type) {
	case *ast.List:
		return listText(node, source, indent)
	case *ast.Blockquote:
		return blocksText(node, source, indent+"  ")
	case *ast.ThematicBreak:
		return indent + "* * *\n"
	case *ast.CodeBlock, *ast.FencedCodeBlock:
		return codeText(node, source, indent+"    ")
	case *ast.HTMLBlock:
		return ""
	default:
		return wrap(inlineText(node, source), indent) + "\n"
	}
}

func listText(list *ast.List, source []byte, indent string) string {
	var items []string
	number := list.Start
	for item := list.FirstChild(); item != nil; item = item.NextSibling() {
		mark := "- "
		if list.IsOrdered() {
			mark = fmt.Sprintf("%d. ", number)
			number++
		}
		inner := indent + strings.Repeat(" ", len(mark))
		body := blocksText(item, source, inner)
		items = append(items, indent+mark+strings.TrimPrefix(body, inner))
	}
	if list.IsTight {
		return strings.Join(items, "")
	}
	return strings.Join(items, "\n")
}

func codeText(node ast.Node, source []byte, indent string) string {
	var out strings.Builder
	for i := range node.Lines().Len() {
		line := node.Lines().At(i)
		out.WriteString(indent + strings.TrimRight(string(line.Value(source)), "\n") + "\n")
	}
	return out.String()
}

// inlineText is the text within a block; a link shows its address behind it.
func inlineText(node ast.Node, source []byte) string {
	var out strings.Builder
	for child := node.FirstChild(); child != nil; child = child.NextSibling() {
		switch child := child.(type) {
		case *ast.Text:
			out.Write(util.UnescapePunctuations(child.Value(source)))
			if child.SoftLineBreak() || child.HardLineBreak() {
				out.WriteByte(' ')
			}
		case *ast.String:
			out.Write(child.Value)
		case *ast.AutoLink:
			out.Write(child.URL(source))
		case *ast.Link:
			fmt.Fprintf(&out, "%s (%s)", inlineText(child, source), child.Destination)
		case *ast.RawHTML:
		default:
			out.WriteString(inlineText(child, source))
		}
	}
	return out.String()
}

// wrap breaks text into lines of textWidth, each behind the indent. A longer word
// keeps its line to itself.
func wrap(text, indent string) string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		switch {
		case line == "":
			line = indent + word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > textWidth:
			lines = append(lines, line)
			line = indent + word
		default:
			line += " " + word
		}
	}
	return strings.Join(append(lines, line), "\n")
}
