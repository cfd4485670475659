package study

import "sync"

// A cache holds values by key, so that what many cells of a sweep share is built once.
// At least the cacheSize keys used last are in it.
type cache[T any] struct {
	mu          sync.Mutex
	recent, old map[string]T
}

// cacheSize is the least number of values that a full cache holds, and half of the
// largest: several batches of cells, one or two megabytes.
const cacheSize = 16 * BatchCells

// get returns the value of a key, and makes it if the cache does not have it.
func (c *cache[T]) get(key string, make func() T) T {
	c.mu.Lock()
	defer c.mu.Unlock()
	v, ok := c.recent[key]
	if ok {
		return v
	}
	if v, ok = c.old[key]; !ok {
		v = make()
	}
	if c.recent == nil || len(c.recent) >= cacheSize {
		c.recent, c.old = map[string]T{}, c.recent
	}
	c.recent[key] = v
	return v
}
