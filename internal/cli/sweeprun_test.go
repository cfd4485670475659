package cli

import (
	"errors"
	"fmt"
	"testing"
)

// The shards of a sweep have each of its units once.
func TestShard(t *testing.T) {
	for n := 1; n <= 9; n++ {
		seen := map[int]int{}
		for k := 1; k <= n; k++ {
			units, err := Shard(fmt.Sprintf("%d/%d", k, n), 8)
			if err != nil {
				t.Fatal(err)
			}
			for _, u := range units {
				seen[u]++
			}
		}
		for u := range 8 {
			if seen[u] != 1 || len(seen) != 8 {
				t.Errorf("unit %d is in %d of %d shards, of %d units", u, seen[u], n, len(seen))
			}
		}
	}
	if units, err := Shard("", 3); err != nil || fmt.Sprint(units) != "[0 1 2]" {
		t.Errorf("without shards: %v, %v", units, err)
	}
	for _, text := range []string{"0/7", "8/7", "1", "a/b", "1/0", "1/-1", "/", "1/2/3"} {
		if _, err := Shard(text, 8); !errors.As(err, new(InputError)) {
			t.Errorf("%q: %v; want bad input", text, err)
		}
	}
}

// A path is written so that a shell reads it back.
func TestShellWord(t *testing.T) {
	for path, want := range map[string]string{
		"it's here": `'it'\''s here'`, "runs/a-b_1.2": "runs/a-b_1.2", "$x": "'$x'", "": "''",
	} {
		if got := ShellWord(path); got != want {
			t.Errorf("%q is written %s; want %s", path, got, want)
		}
	}
}
