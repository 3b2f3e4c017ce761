package mail_test

import (
	"testing"
	"testing/synctest"
	"time"

	"kring/internal/testkit/smtpsink"
)

// Whole lives run in virtual time with the mail server outside: that must work, over TLS too, in any
// year that the story plays in.
func TestSendingInVirtualTime(t *testing.T) {
	for name, options := range map[string]smtpsink.Options{"open": {}, "STARTTLS": {StartTLS: true}} {
		t.Run(name, func(t *testing.T) {
			sink := smtpsink.StartWith(t, options)
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(time.Date(2017, 6, 6, 10, 30, 0, 0, time.UTC))) //nolint:forbidigo // virtual time
				s := sender(t, sink.URL())
				for range 3 {
					c, err := s.Dial(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					if err := c.Send(t.Context(), message()); err != nil {
						t.Fatal(err)
					}
					c.Close()
					time.Sleep(24 * time.Hour) //nolint:forbidigo // virtual time
				}
			})
			if sink.Taken() != 3 {
				t.Errorf("%d mails", sink.Taken())
			}
		})
	}
}
