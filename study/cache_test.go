package study

import (
	"fmt"
	"testing"
)

// A cache makes what it is asked for once while fewer than cacheSize other things are
// asked for in between, and holds no more than twice as many.
func TestCache(t *testing.T) {
	var c cache[int]
	made := map[string]int{}
	ask := func(i int) {
		key := fmt.Sprint(i)
		if got := c.get(key, func() int { made[key]++; return i }); got != i {
			t.Fatalf("asked for %d, got %d", i, got)
		}
	}
	const all = 5 * cacheSize
	for i := range all {
		ask(i)
		ask(max(0, i-cacheSize/2+2))
		ask(7) // time and again
		if n := len(c.recent) + len(c.old); n > 2*cacheSize {
			t.Fatalf("after %d it holds %d", i, n)
		}
	}
	for key, times := range made {
		if times != 1 {
			t.Errorf("%s was made %d times", key, times)
		}
	}
	ask(all - 1)
	if ask(8); made["8"] != 2 || made[fmt.Sprint(all-1)] != 1 {
		t.Errorf("8 was made %d times, the last %d times; want 2 and 1", made["8"], made[fmt.Sprint(all-1)])
	}
}
