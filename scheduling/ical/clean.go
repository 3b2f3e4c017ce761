package ical

import (
	"bytes"
	"slices"
	"strings"
)

// maxDepth is how deep components may be nested: VCALENDAR, VEVENT, VALARM and one more.
const maxDepth = 4

// clean makes of a foreign file lines that the decoder reads without an error: one unfolded line each, names in
// capitals, components closed in the order in which they were opened. What cannot be read is left out and counted.
func clean(data []byte, report *Report) []byte {
	var out bytes.Buffer
	var open []string
	for _, line := range unfold(data) {
		cleaned, name, value, ok := cleanLine(line, report)
		switch {
		case !ok:
			report.BadLines++
			continue
		case name == "BEGIN" && len(open) < maxDepth && (len(open) > 0 || value == "VCALENDAR"):
			open = append(open, value)
		case name == "BEGIN" || len(open) == 0:
			report.BadLines++
			continue
		case name == "END" && !slices.Contains(open, value):
			report.BadLines++
			continue
		case name == "END":
			open = closeTo(&out, open, value, report)
			continue
		}
		out.WriteString(cleaned)
		out.WriteString("\r\n")
	}
	if len(open) > 0 {
		report.BadLines++
		closeTo(&out, open, open[0], report)
	}
	return out.Bytes()
}

// closeTo closes the innermost component of that name, and before it what is still open inside.
func closeTo(out *bytes.Buffer, open []string, name string, report *Report) []string {
	for {
		last := open[len(open)-1]
		open = open[:len(open)-1]
		out.WriteString("END:" + last + "\r\n")
		if last == name {
			return open
		}
		report.BadLines++
	}
}

// unfold takes any line end, drops a byte order mark and bytes that are no UTF-8, and joins continued lines.
func unfold(data []byte) []string {
	data = joinFolded(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))
	data = bytes.ToValidUTF8(data, []byte("\uFFFD"))
	var lines []string
	for line := range strings.SplitSeq(string(data), "\n") {
		if line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// joinFolded works on bytes, because others fold inside a character.
func joinFolded(data []byte) []byte {
	data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
	data = bytes.ReplaceAll(data, []byte("\r"), []byte("\n"))
	data = bytes.ReplaceAll(data, []byte("\n "), nil)
	return bytes.ReplaceAll(data, []byte("\n\t"), nil)
}

// cleanLine gives the line as the decoder wants it, with its name and, for BEGIN and END, the component in capitals.
// A parameter that cannot be read is dropped, the property stays.
func cleanLine(line string, report *Report) (cleaned, name, value string, ok bool) {
	head, value, found := cutOutsideQuotes(line, ':')
	if !found {
		return "", "", "", false
	}
	var params []string
	name, rest, more := cutOutsideQuotes(head, ';')
	for more {
		var param string
		param, rest, more = cutOutsideQuotes(rest, ';')
		if soundParam(param) {
			params = append(params, param)
		} else {
			report.BadParams++
		}
	}
	name = strings.ToUpper(strings.TrimSpace(name))
	if !soundName(name) {
		return "", "", "", false
	}
	if name == "BEGIN" || name == "END" {
		value = strings.ToUpper(strings.TrimSpace(value))
		return name + ":" + value, name, value, soundName(value)
	}
	cleaned = name
	for _, p := range params {
		cleaned += ";" + p
	}
	return cleaned + ":" + value, name, value, true
}

// cutOutsideQuotes is strings.Cut that does not look between double quotes; when a quote is never closed, it does.
func cutOutsideQuotes(s string, sep byte) (before, after string, found bool) {
	quoted := false
	for i := range len(s) {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == sep && !quoted:
			return s[:i], s[i+1:], true
		}
	}
	if quoted {
		return strings.Cut(s, string(sep))
	}
	return s, "", false
}

func soundName(name string) bool {
	for _, r := range name {
		if (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' {
			return false
		}
	}
	return name != "" && len(name) <= 64
}

// maxParam is far above any parameter in use; the decoder's time grows with the square of a parameter's length.
const maxParam = 1000

// soundParam follows the decoder's grammar: a name, then values with commas between, each wholly in quotes or free of
// them.
func soundParam(param string) bool {
	name, values, found := strings.Cut(param, "=")
	if !found || len(param) > maxParam || !soundName(strings.ToUpper(name)) {
		return false
	}
	for more := true; more; {
		var value string
		value, values, more = cutOutsideQuotes(values, ',')
		inner := value
		if len(value) >= 2 && value[0] == '"' && value[len(value)-1] == '"' {
			inner = value[1 : len(value)-1]
		} else if strings.ContainsAny(value, ";:,") {
			return false
		}
		if strings.Contains(inner, `"`) {
			return false
		}
	}
	return true
}
