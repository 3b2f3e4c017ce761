package mail_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"kring/internal/mail"
	"kring/internal/testkit/smtpsink"
)

func sender(t *testing.T, address string) *mail.Sender {
	t.Helper()
	server, err := mail.ParseURL(address)
	if err != nil {
		t.Fatal(err)
	}
	s, err := mail.NewSender(server, mail.Address{Name: "Kring", Mailbox: "kring@example.org"}, "https://kring.example.org/circles")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func dial(t *testing.T, s *mail.Sender) *mail.Connection {
	t.Helper()
	c, err := s.Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func message() mail.Message {
	return mail.Message{
		To: mail.Address{Name: "Zoë Peeters", Mailbox: "zoe@example.org"}, ReplyTo: mail.Address{Name: "An", Mailbox: "an@example.org"},
		Language: "nl", Subject: "Morgen zien jullie elkaar – week 4",
		Body:      mail.Body{Greeting: "Dag Zoë,", Blocks: []mail.Block{mail.Paragraph("Tot morgen.")}},
		Calendars: []mail.Calendar{{Method: "REQUEST", Body: []byte("BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n")}},
		ListID:    "reminders.kring.example.org", UnsubscribeURL: "https://kring.example.org/l/" + strings.Repeat("abcdefgh", 12),
		ID: "0192-1@kring.example.org", Date: time.Date(2018, 3, 6, 11, 30, 0, 0, time.UTC),
	}
}

func TestMailOnTheWire(t *testing.T) {
	sink := smtpsink.Start(t)
	if err := dial(t, sender(t, sink.URL())).Send(t.Context(), message()); err != nil {
		t.Fatal(err)
	}
	got := sink.Await(t, 1)[0]
	if got.Err != nil {
		t.Fatal(got.Err)
	}
	for name, want := range map[string]string{
		"From": `"Kring" <kring@example.org>`, "Reply-To": `"An" <an@example.org>`, "List-Id": "<reminders.kring.example.org>",
		"List-Unsubscribe": "<" + message().UnsubscribeURL + ">", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
		"Message-Id": "<0192-1@kring.example.org>", "Date": "Tue, 06 Mar 2018 11:30:00 +0000", "Auto-Submitted": "auto-generated",
		"Content-Language": "nl", "User-Agent": "", "X-Mailer": "",
	} {
		if has := got.Header.Get(name); has != want {
			t.Errorf("%s: %q, want %q", name, has, want)
		}
	}
	if got.To != `"Zoë Peeters" <zoe@example.org>` && got.To != "Zoë Peeters <zoe@example.org>" {
		t.Errorf("To: %q", got.To)
	}
	if got.Subject != message().Subject || len(got.Envelope.To) != 1 || got.Envelope.From != "kring@example.org" {
		t.Errorf("subject %q, envelope %+v", got.Subject, got.Envelope)
	}
	if want := "mixed(alternative(text/plain text/html text/calendar) application/ics)"; got.Shape != want {
		t.Errorf("shape %s, want %s", got.Shape, want)
	}
	if len(got.Calendars) != 1 || got.Calendars[0].Params["method"] != "REQUEST" || len(got.Files) != 1 || got.Files[0].Name != "invite.ics" {
		t.Errorf("calendars %+v, files %+v", got.Calendars, got.Files)
	}
	if string(got.Files[0].Body) != string(message().Calendars[0].Body) || string(got.Calendars[0].Body) != string(message().Calendars[0].Body) {
		t.Error("the calendar changed on its way")
	}
	if got.Text != message().Body.Text() || got.HTML != message().Body.HTML("nl", message().Subject) {
		t.Errorf("text changed on its way: %q", got.Text)
	}
}

func TestReturnPathIsOfTheEnvelopeOnly(t *testing.T) {
	sink := smtpsink.Start(t)
	m := message()
	m.ReturnPath = "reply+abc@kring.example.org"
	if err := dial(t, sender(t, sink.URL())).Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	got := sink.Await(t, 1)[0]
	if got.Envelope.From != m.ReturnPath || got.Header.Get("From") != `"Kring" <kring@example.org>` || got.Header.Get("EnvelopeFrom") != "" {
		t.Errorf("envelope %+v, header %v", got.Envelope, got.Header)
	}
}

func TestCalendarAsFileOnly(t *testing.T) {
	sink := smtpsink.Start(t)
	m := message()
	m.Calendars[0].FileOnly, m.Calendars[0].Name = true, "cirkel.ics"
	if err := dial(t, sender(t, sink.URL())).Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	got := sink.Await(t, 1)[0]
	if got.Shape != "mixed(alternative(text/plain text/html) application/ics)" || got.Files[0].Name != "cirkel.ics" {
		t.Errorf("shape %s, files %+v", got.Shape, got.Files)
	}
}

func TestNothingTypedBecomesAHeader(t *testing.T) {
	evil := "x\r\nBcc: victim@example.org\r\n\r\nhello"
	for name, change := range map[string]func(*mail.Message){
		"a name with line breaks":     func(m *mail.Message) { m.To.Name = evil },
		"a reply name with breaks":    func(m *mail.Message) { m.ReplyTo.Name = evil },
		"a subject with line breaks":  func(m *mail.Message) { m.Subject = evil },
		"a file name with breaks":     func(m *mail.Message) { m.Calendars[0].Name = evil },
		"a greeting with line breaks": func(m *mail.Message) { m.Body.Greeting = evil },
	} {
		t.Run(name, func(t *testing.T) {
			sink := smtpsink.Start(t)
			m := message()
			change(&m)
			if err := dial(t, sender(t, sink.URL())).Send(t.Context(), m); err != nil {
				t.Fatal(err)
			}
			got := sink.Await(t, 1)[0]
			if got.Err != nil || got.Header.Get("Bcc") != "" || len(got.Envelope.To) != 1 || len(got.Files) != 1 {
				t.Errorf("headers %v, envelope %v, error %v", got.Header, got.Envelope, got.Err)
			}
			for _, file := range got.Files {
				if strings.ContainsAny(file.Name, "\r\n") {
					t.Errorf("file name %q", file.Name)
				}
			}
		})
	}
	for name, change := range map[string]func(*mail.Message){
		"a list id with line breaks":        func(m *mail.Message) { m.ListID = evil },
		"an id with line breaks":            func(m *mail.Message) { m.ID = evil + "@x" },
		"an unsubscribe link with breaks":   func(m *mail.Message) { m.UnsubscribeURL = "https://x.example/\r\nBcc: y" },
		"a calendar method with breaks":     func(m *mail.Message) { m.Calendars[0].Method = evil },
		"a return path with line breaks":    func(m *mail.Message) { m.ReturnPath = "a@example.org\r\nRCPT TO:<b@example.org>" },
		"a reply address with line breaks":  func(m *mail.Message) { m.ReplyTo.Mailbox = evil },
		"a button that runs a script":       func(m *mail.Message) { m.Body.Blocks = []mail.Block{mail.Buttons{{"x", "javascript:alert(1)"}}} },
		"a second invitation in one mail":   func(m *mail.Message) { m.Calendars = append(m.Calendars, m.Calendars[0]) },
		"an address that is two":            func(m *mail.Message) { m.To.Mailbox = "a@example.org, b@example.org" },
		"an address with a name in front":   func(m *mail.Message) { m.To.Mailbox = "An <a@example.org>" },
		"an address that breaks the line":   func(m *mail.Message) { m.To.Mailbox = "a@example.org\r\nRCPT TO:<b@example.org>" },
		"an address that is no address yet": func(m *mail.Message) { m.To.Mailbox = "nobody" },
	} {
		t.Run(name, func(t *testing.T) {
			sink := smtpsink.Start(t)
			m := message()
			change(&m)
			if err := dial(t, sender(t, sink.URL())).Send(t.Context(), m); err == nil {
				t.Error("it was sent")
			}
			if sink.Taken() != 0 {
				t.Error("the server got something")
			}
		})
	}
}

func TestVerdicts(t *testing.T) {
	tests := map[string]struct {
		stage    smtpsink.Stage
		code     int
		enhanced string
		verdict  mail.Verdict
		reason   string
	}{
		"no such mailbox":                        {smtpsink.Recipient, 550, "5.1.1", mail.NoMailbox, "recipient 550 5.1.1"},
		"no such mailbox, without enhanced code": {smtpsink.Recipient, 550, "", mail.NoMailbox, "recipient 550"},
		"mailbox disabled":                       {smtpsink.Recipient, 550, "5.2.1", mail.NoMailbox, "recipient 550 5.2.1"},
		"mailbox full is not for ever":           {smtpsink.Recipient, 552, "5.2.2", mail.Later, "recipient 552 5.2.2"},
		"greylisting":                            {smtpsink.Recipient, 451, "4.7.1", mail.Later, "recipient 451 4.7.1"},
		"relaying refused is our fault":          {smtpsink.Recipient, 554, "5.7.1", mail.Later, "recipient 554 5.7.1"},
		"policy at the recipient":                {smtpsink.Recipient, 550, "5.7.1", mail.Later, "recipient 550 5.7.1"},
		"the sender is refused":                  {smtpsink.Sender, 550, "5.1.8", mail.Later, "sender 550 5.1.8"},
		"sign-in needed":                         {smtpsink.Sender, 530, "5.7.0", mail.Later, "sender 530 5.7.0"},
		"the text is refused":                    {smtpsink.Content, 554, "5.6.0", mail.Refused, "content 554 5.6.0"},
		"the text is refused for now":            {smtpsink.Content, 452, "4.3.1", mail.Later, "content 452 4.3.1"},
		"mailbox refused after the text":         {smtpsink.Content, 550, "5.1.1", mail.NoMailbox, "content 550 5.1.1"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			sink := smtpsink.Start(t)
			sink.Refuse(test.stage, 1, test.code, test.enhanced)
			c := dial(t, sender(t, sink.URL()))
			var failure *mail.Failure
			if err := c.Send(t.Context(), message()); !errors.As(err, &failure) {
				t.Fatalf("got %v", err)
			}
			if failure.Verdict != test.verdict || failure.Reason() != test.reason {
				t.Errorf("verdict %d reason %q, want %d %q", failure.Verdict, failure.Reason(), test.verdict, test.reason)
			}
			if strings.Contains(failure.Error(), "secret") || strings.Contains(failure.Error(), "zoe") {
				t.Errorf("the error names an address: %v", failure)
			}
			if err := c.Send(t.Context(), message()); err != nil || sink.Dials() != 1 {
				t.Errorf("the next mail: %v, connections %d", err, sink.Dials())
			}
		})
	}
}

func TestDeadByAReport(t *testing.T) {
	for _, one := range []struct {
		code     int
		enhanced string
		dead     bool
	}{
		{550, "5.1.1", true}, {0, "5.1.1", true}, {0, "5.1.10", true}, {0, "5.2.1", true}, {550, "5.0.0", true}, {550, "", true},
		{0, "5.0.0", false}, {0, "", false}, {552, "5.2.2", false}, {0, "5.2.2", false}, {550, "5.7.1", false},
		{0, "5.7.26", false}, {0, "4.4.1", false}, {451, "", false}, {450, "5.1.1", false},
	} {
		if mail.Dead(one.code, one.enhanced) != one.dead {
			t.Errorf("%d %q: dead %v", one.code, one.enhanced, !one.dead)
		}
	}
}

func TestLostConnections(t *testing.T) {
	t.Run("closed while idle: opened anew and sent", func(t *testing.T) {
		sink := smtpsink.Start(t)
		c := dial(t, sender(t, sink.URL()))
		if err := c.Send(t.Context(), message()); err != nil {
			t.Fatal(err)
		}
		sink.HangUp()
		if err := c.Send(t.Context(), message()); err != nil || sink.Taken() != 2 || sink.Dials() != 2 {
			t.Errorf("%v, %d mails over %d connections", err, sink.Taken(), sink.Dials())
		}
	})
	t.Run("closed with 421: opened anew and sent", func(t *testing.T) {
		sink := smtpsink.Start(t)
		sink.Refuse(smtpsink.Sender, 1, 421, "4.3.2")
		if err := dial(t, sender(t, sink.URL())).Send(t.Context(), message()); err != nil || sink.Dials() != 2 {
			t.Errorf("%v over %d connections", err, sink.Dials())
		}
	})
	t.Run("closed again and again: lost", func(t *testing.T) {
		sink := smtpsink.Start(t)
		sink.Drop(smtpsink.Sender, -1)
		var failure *mail.Failure
		err := dial(t, sender(t, sink.URL())).Send(t.Context(), message())
		if !errors.As(err, &failure) || failure.Verdict != mail.Lost || sink.Dials() != 2 {
			t.Errorf("%v over %d connections", err, sink.Dials())
		}
	})
	t.Run("closed after the text: a try that counts, the next goes over a new connection", func(t *testing.T) {
		sink := smtpsink.Start(t)
		sink.DropAfterTaking(1)
		c := dial(t, sender(t, sink.URL()))
		var failure *mail.Failure
		if err := c.Send(t.Context(), message()); !errors.As(err, &failure) || failure.Verdict != mail.Later {
			t.Fatalf("got %v", err)
		}
		if err := c.Send(t.Context(), message()); err != nil || sink.Taken() != 2 {
			t.Errorf("%v, %d mails", err, sink.Taken())
		}
	})
	t.Run("no server: lost", func(t *testing.T) {
		sink := smtpsink.Start(t)
		s := sender(t, sink.URL())
		sink.Stop()
		var failure *mail.Failure
		if _, err := s.Dial(t.Context()); !errors.As(err, &failure) || failure.Verdict != mail.Lost || failure.Stage != mail.StageConnect {
			t.Errorf("got %v", err)
		}
	})
}

func TestEncryptionAndSignIn(t *testing.T) {
	with := func(raw, name, value string) string {
		u, _ := url.Parse(raw)
		q := u.Query()
		q.Set(name, value)
		if value == "" {
			q.Del(name)
		}
		u.RawQuery = q.Encode()
		return u.String()
	}
	full := smtpsink.Options{StartTLS: true, Username: "kring", Password: "hunter2"}
	tests := map[string]struct {
		options smtpsink.Options
		address func(string) string
		want    string
	}{
		"STARTTLS and a password":            {full, nil, ""},
		"TLS from the first byte":            {smtpsink.Options{ImplicitTLS: true, Username: "kring", Password: "hunter2"}, nil, ""},
		"a password over an open local line": {smtpsink.Options{Username: "kring", Password: "hunter2"}, nil, ""},
		"a wrong password":                   {full, func(s string) string { return strings.Replace(s, "hunter2", "swordfish", 1) }, "smtp auth 535 refused"},
		"a certificate nobody vouches for":   {full, func(s string) string { return with(s, "ca", "") }, "smtp tls certificate"},
		"STARTTLS required and not offered":  {smtpsink.Options{}, func(s string) string { return with(s, "starttls", "required") }, "smtp tls not-offered"},
		"STARTTLS if offered, not offered":   {smtpsink.Options{}, func(s string) string { return with(s, "starttls", "optional") }, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			sink := smtpsink.StartWith(t, test.options)
			address := sink.URL()
			if test.address != nil {
				address = test.address(address)
			}
			c, err := sender(t, address).Dial(t.Context())
			if test.want != "" {
				if err == nil || err.Error() != test.want {
					t.Fatalf("got %v, want %s", err, test.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			if err := c.Send(t.Context(), message()); err != nil {
				t.Fatal(err)
			}
		})
	}
}
