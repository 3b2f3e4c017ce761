package replies

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kring/internal/mailbox"

	"kring/scheduling"
)

// nested is parts within parts, with something in the innermost.
func nested(depth int, innermost string) []byte {
	var out bytes.Buffer
	out.WriteString("From: an@example.org\r\nMIME-Version: 1.0\r\n")
	for i := range depth {
		fmt.Fprintf(&out, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
	}
	out.WriteString(innermost)
	return out.Bytes()
}

const answerFile = "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:x\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:an@example.org\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"

func TestMailsThatAreMadeToHurt(t *testing.T) {
	r := reader{ours: got(mailbox.ParseAddress("reply@" + host))(t), authServ: "mx.example.org"}
	part := "Content-Type: text/calendar; method=REPLY\r\n\r\n" + answerFile
	var many bytes.Buffer
	many.WriteString("From: an@example.org\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n")
	for range 15_000 {
		many.WriteString("--b\r\nContent-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
	}
	for name, c := range map[string]struct {
		raw     []byte
		answers int
		unread  bool
	}{
		"a few parts deep":                 {raw: nested(5, part), answers: 1},
		"thirty parts deep":                {raw: nested(30, part)},
		"ten thousand parts deep":          {raw: nested(10_000, part)},
		"fifteen thousand calendars":       {raw: many.Bytes()},
		"a charset that is none":           {raw: []byte("From: an@example.org\r\nContent-Type: text/calendar; charset=klingon\r\n\r\n" + answerFile), answers: 1},
		"a charset that is a lie":          {raw: []byte("From: =?klingon?q?An?= <an@example.org>\r\nContent-Type: text/calendar; charset=utf-16\r\n\r\n" + strings.Replace(answerFile, "UID:x", "SUMMARY:\xff\xfe\xc3\r\nUID:x", 1)), answers: 1},
		"an encoding that is none":         {raw: []byte("From: an@example.org\r\nContent-Transfer-Encoding: x-zip\r\nContent-Type: text/calendar\r\n\r\n" + answerFile), answers: 1},
		"base64 that breaks off":           {raw: []byte("From: an@example.org\r\nContent-Transfer-Encoding: base64\r\nContent-Type: text/calendar\r\n\r\nQkVHSU46VkNBTEVOREFS!!!")},
		"a boundary that never comes":      {raw: []byte("From: an@example.org\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + answerFile)},
		"no boundary":                      {raw: []byte("From: an@example.org\r\nContent-Type: multipart/mixed\r\n\r\n" + answerFile)},
		"an answer within a forwarded one": {raw: []byte("From: an@example.org\r\nContent-Type: message/rfc822\r\n\r\nContent-Type: text/calendar\r\n\r\n" + answerFile)},
		"a header without end":             {raw: []byte("From: an@example.org\r\nX: " + strings.Repeat("x", 1<<20))},
		"two senders in a header":          {raw: []byte("From: an@example.org, ben@example.org\r\nContent-Type: text/calendar\r\n\r\n" + answerFile), answers: 1},
		"nothing":                          {raw: nil, unread: true},
		"no header":                        {raw: []byte("\r\nhello"), unread: true},
		"noise":                            {raw: bytes.Repeat([]byte{0, 255, 13, 7}, 1000), unread: true},
	} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			in, err := r.read(mailbox.Mail{Raw: c.raw})
			if (err != nil) != c.unread && !strings.HasPrefix(name, "a header without") || len(in.answers) != c.answers {
				t.Errorf("%d answers, %v", len(in.answers), err)
			}
			if strings.HasPrefix(name, "two senders") && in.from != "" {
				t.Errorf("sender %q", in.from)
			}
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

func TestAMailThatIsNoneIsDealtWith(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		if outcome := w.takes(mailbox.Mail{Raw: []byte{0, 1, 2}}); outcome != Unreadable {
			t.Errorf("%s", outcome)
		}
	})
}

func TestAnswersOutOfOrder(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		first, second := w.of("An", 2), w.of("An", 2)
		second.Stamp = first.Stamp.Add(-time.Hour) // accepted an hour ago, then declined
		if w.gets(first, "exchange-abgelehnt") != Recorded || w.gets(second, "google-accepted") != Recorded || w.said("An", 2) != scheduling.No {
			t.Errorf("said %q", w.said("An", 2))
		}
	})
}

// FuzzRead: whatever comes in is read without falling over, and read again as the same mail.
func FuzzRead(f *testing.F) {
	files, err := filepath.Glob("testdata/*.eml")
	if err != nil || len(files) == 0 {
		f.Fatal(err, "no fixtures")
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Add(nested(3, "Content-Type: text/calendar\r\n\r\n"+answerFile))
	ours, err := mailbox.ParseAddress("reply@" + host)
	if err != nil {
		f.Fatal(err)
	}
	r := reader{ours: ours, authServ: "mx.example.org"}
	f.Fuzz(func(t *testing.T, raw []byte) {
		in, err := r.read(mailbox.Mail{Raw: raw})
		again, err2 := r.read(mailbox.Mail{Raw: raw})
		if (err == nil) != (err2 == nil) || in.hash != again.hash || len(in.answers) > 500 || len(in.tags) > mostTags {
			t.Errorf("%v %v", in, again)
		}
	})
}
