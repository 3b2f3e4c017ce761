package database

import (
	"bytes"
	"runtime"
	"sync"
)

// nested finds a call of the door from inside the door. On SQLite such a call
// waits for the only write connection, which its own caller holds; on Postgres
// it would read or write outside the transaction it seems to be in.
//
// It goes by goroutine, so a call from another goroutine that fn started is not
// found. A nil *nested does nothing and costs nothing.
type nested struct{ writing sync.Map } // goroutine id -> struct{}

func (n *nested) refuse(what string) {
	if n == nil {
		return
	}
	if _, inside := n.writing.Load(goroutine()); inside {
		panic("database: " + what + " inside Write: use the tx that Write handed out")
	}
}

// enter marks the goroutine as being inside Write until leave is called.
func (n *nested) enter() (leave func()) {
	if n == nil {
		return func() {}
	}
	id := goroutine()
	n.writing.Store(id, struct{}{})
	return func() { n.writing.Delete(id) }
}

// goroutine answers the id in the first line of a stack: "goroutine 7 [running]:".
func goroutine() string {
	var stack [64]byte
	line := stack[:runtime.Stack(stack[:], false)]
	line = bytes.TrimPrefix(line, []byte("goroutine "))
	id, _, _ := bytes.Cut(line, []byte(" "))
	return string(id)
}
