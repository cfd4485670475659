package study

import "sync"

// A cache keeps what was made by a key, so that what many cells of a sweep have alike
// is made once. It may be asked for any number of keys: the last cacheSize are there.
type cache[T any] struct {
	mu          sync.Mutex
	recent, old map[string]T
}

// cacheSize is how much a cache keeps at least, and half of what at most: several
// batches of cells, a megabyte or two.
const cacheSize = 16 * BatchCells

// get returns what the key stands for, which it makes if it does not have it.
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
