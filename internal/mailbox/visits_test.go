package mailbox

import (
	"net"
	"testing"
	"testing/synctest"
	"time"
)

// piped is a listener with one connection, which needs no network.
type piped struct {
	net.Listener
	conn net.Conn
}

func (p piped) Accept() (net.Conn, error) { return p.conn, nil }

func TestNobodyKeepsTheDoorBusyForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, there := net.Pipe()
		conn, err := visits{piped{conn: here}}.Accept()
		if err != nil {
			t.Fatal(err)
		}
		left := make(chan struct{})
		go func() {
			defer close(left)
			for { // a word now and then, always within the patience of the door
				if _, err := there.Write([]byte("NOOP\r\n")); err != nil {
					return
				}
				<-time.After(doorPatience / 2)
			}
		}()
		began := time.Now()
		for word := make([]byte, 6); err == nil; {
			_, err = conn.Read(word)
		}
		if lasted := time.Since(began); lasted != longestVisit {
			t.Errorf("it lasted %v", lasted)
		}
		<-left
	})
}
