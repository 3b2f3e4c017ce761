package identity

import (
	"crypto/sha256"
	"sync"
	"time"
)

const (
	// CacheFor is how long it may take at most until a credential that another process revoked is void in this one.
	CacheFor = 5 * time.Second

	cacheMost = 4096 // entries
)

// Cache remembers for a few seconds what a credential stands for, so that a busy one costs no read. The zero value is
// ready to use, from several goroutines.
//
// What it promises: after [Cache.Empty] nothing is found that was read before; what another process revoked is void
// after [CacheFor]. The keys are hashes, so that how long a look takes says nothing about a secret.
type Cache[V any] struct {
	mu      sync.RWMutex
	entries map[[sha256.Size]byte]kept[V]
	// generation counts how often the cache was emptied. Who reads the database notes it before; what was read before
	// an emptying is not put in after it.
	generation int
	closed     time.Time // until then nothing is put in; machine time
}

type kept[V any] struct {
	value V
	until time.Time // machine time
}

// Find answers what was put in under the hash of a credential, while it may be relied on.
func (c *Cache[V]) Find(hash [sha256.Size]byte, machine time.Time) (V, bool) {
	c.mu.RLock()
	e, ok := c.entries[hash]
	c.mu.RUnlock()
	return e.value, ok && machine.Before(e.until)
}

// Generation is what Put wants to know: note it before reading what is put in.
func (c *Cache[V]) Generation() int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.generation
}

// Put keeps a value for CacheFor, unless the cache was emptied since the generation.
func (c *Cache[V]) Put(hash [sha256.Size]byte, value V, machine time.Time, generation int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if generation != c.generation || machine.Before(c.closed) {
		return
	}
	if c.entries == nil || len(c.entries) >= cacheMost {
		c.entries = map[[sha256.Size]byte]kept[V]{}
	}
	c.entries[hash] = kept[V]{value, machine.Add(CacheFor)}
}

// Empty forgets everything: call it after the commit of what voids a credential.
func (c *Cache[V]) Empty() { c.EmptyUntil(time.Time{}) }

// EmptyUntil is Empty for who voids inside a transaction that somebody else commits: until an instant of machine time,
// by which that is over, nothing is kept either.
func (c *Cache[V]) EmptyUntil(machine time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.entries = nil
	c.generation++
	if machine.After(c.closed) {
		c.closed = machine
	}
}
