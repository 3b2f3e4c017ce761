package guides

import (
	"strings"
	"testing"
)

func TestTextHasNoMarksOfMarkdown(t *testing.T) {
	for _, c := range []struct{ name, markdown, want string }{
		{"emphasis disappears", "Say *hello* to **all** of `them`.", "Say hello to all of them.\n"},
		{"a link shows its address", "See [the page](https://tea.example).", "See the page (https://tea.example).\n"},
		{"an address is written as it is", "<https://tea.example>", "https://tea.example\n"},
		{"lines of one paragraph flow together", "one\ntwo", "one two\n"},
		{"an escaped mark shows as itself", `5 \* 5`, "5 * 5\n"},
		{"a list keeps its marks", "- one\n- two", "- one\n- two\n"},
		{"a numbered list keeps its numbers", "3. three\n4. four", "3. three\n4. four\n"},
		{"a list within a list is indented", "1. one\n   - inner\n2. two", "1. one\n   - inner\n2. two\n"},
		{"a loose list keeps its air", "- one\n\n- two", "- one\n\n- two\n"},
		{"a quotation is indented", "> quiet", "  quiet\n"},
		{"a heading stands alone", "### Pour {#ex-pour}\n\nNow.", "Pour\n\nNow.\n"},
		{"raw HTML is left out", "<b>bold</b>\n\n<div>\nblock\n</div>", "bold\n"},
		{"code is indented", "```\na  b\n```", "    a  b\n"},
		{"a rule is a rule", "***", "* * *\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := (Section{Markdown: c.markdown, page: newPage()}).Text(); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestTextIsWrapped(t *testing.T) {
	section := Section{Markdown: "1. " + strings.Repeat("één woord ", 30), page: newPage()}
	for i, line := range strings.Split(strings.TrimSpace(section.Text()), "\n") {
		if n := len([]rune(line)); n > textWidth {
			t.Errorf("line %d has %d characters", i, n)
		}
		if i > 0 && !strings.HasPrefix(line, "   ") {
			t.Errorf("line %d is not indented: %q", i, line)
		}
	}
}

func TestAGuideAsTextHoldsTheHour(t *testing.T) {
	set, _ := mustLoad(t, tea(), Options{}).Set("tea")
	week, _ := set.Week(1, "en")
	got := week.Text()
	for _, want := range []string{
		"Pouring\n=======\n\nToday somebody pours.\n",
		"\nThe hour\n--------\n\nTwo blocks.\n\n  10' Arrive\n  20' Pour\n",
		"\nPour\n\n1. Lift the pot.\n2. Pour.\n",
		"\nHow are we?\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in:\n%s", want, got)
		}
	}
}
