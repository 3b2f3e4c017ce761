package identity

import (
	"crypto/sha256"
	"sync"
	"time"
)

const (
	cacheFor  = 5 * time.Second
	cacheMost = 4096 // entries
)

// cache remembers for a few seconds whom a bearer token stands for, so that a busy token costs no read.
//
// What it promises: a token that this process revoked is void as soon as Revoke has answered; what another process
// revoked is void after five seconds. The keys are hashes, so that how long a look takes says nothing about a secret.
type cache struct {
	mu      sync.RWMutex
	entries map[[sha256.Size]byte]cached
	// generation counts how often the cache was emptied. Who reads the database notes it before; what was read before
	// an emptying is not put in after it.
	generation int
}

type cached struct {
	actor   Actor
	until   time.Time // machine time
	usedDay int64     // the last day of use that is stored, in days since 1970
}

func (c *cache) find(hash [sha256.Size]byte, machine time.Time) (cached, bool) {
	c.mu.RLock()
	e, ok := c.entries[hash]
	c.mu.RUnlock()
	return e, ok && machine.Before(e.until)
}

func (c *cache) now() int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.generation
}

func (c *cache) put(hash [sha256.Size]byte, e cached, generation int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if generation != c.generation {
		return
	}
	if c.entries == nil || len(c.entries) >= cacheMost {
		c.entries = map[[sha256.Size]byte]cached{}
	}
	c.entries[hash] = e
}

func (c *cache) empty() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.entries = nil
	c.generation++
}
