package identity

import (
	"crypto/sha256"
	"testing"
	"time"
)

func TestCacheForgetsInTime(t *testing.T) {
	var c Cache[string]
	noon := time.Date(2026, 3, 29, 12, 0, 0, 0, time.UTC)
	key := sha256.Sum256([]byte("key"))
	at := func(after time.Duration, want bool) {
		t.Helper()
		if _, found := c.Find(key, noon.Add(after)); found != want {
			t.Errorf("after %s: found %v", after, found)
		}
	}
	at(0, false)
	c.Put(key, "an", noon, c.Generation())
	at(CacheFor-1, true)
	at(CacheFor, false)

	before := c.Generation()
	c.Empty()
	at(0, false)
	c.Put(key, "an", noon, before) // read before it was emptied
	at(0, false)
	c.Put(key, "an", noon, c.Generation())
	at(0, true)

	c.EmptyUntil(noon.Add(time.Minute))
	c.Put(key, "an", noon.Add(time.Minute-1), c.Generation())
	at(time.Minute-1, false)
	c.EmptyUntil(noon) // never opens it sooner
	c.Put(key, "an", noon.Add(time.Minute-1), c.Generation())
	at(time.Minute-1, false)
	c.Put(key, "an", noon.Add(time.Minute), c.Generation())
	at(time.Minute, true)
}
