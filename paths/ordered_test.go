package paths

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// squares is work that takes longer for some pieces than for others, so that
// they finish out of order.
func squares() func(int) (int, error) {
	return func(i int) (int, error) {
		if i%3 == 0 {
			time.Sleep(time.Duration(i%5) * 100 * time.Microsecond)
		}
		return i * i, nil
	}
}

func TestOrderedCollectsInOrder(t *testing.T) {
	for _, tt := range []struct{ n, workers int }{{0, 4}, {1, 1}, {1, 8}, {2, 7}, {100, 1},
		{100, 2}, {100, 7}, {5, 100}, {64, 0}} {
		var order, results []int
		err := Ordered(t.Context(), tt.n, tt.workers, squares, func(i, result int) error {
			order, results = append(order, i), append(results, result)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for i := range tt.n {
			if i >= len(order) || order[i] != i || results[i] != i*i {
				t.Fatalf("%d pieces on %d workers were collected as %v", tt.n, tt.workers, order)
			}
		}
		if len(order) != tt.n {
			t.Errorf("%d pieces on %d workers: %d were collected", tt.n, tt.workers, len(order))
		}
	}
}

// Every goroutine has scratch space of its own: start runs once for each.
func TestOrderedStartsOncePerWorker(t *testing.T) {
	for _, tt := range []struct{ n, workers, want int }{{10, 3, 3}, {2, 7, 2}, {0, 7, 0}} {
		var starts atomic.Int32
		err := Ordered(t.Context(), tt.n, tt.workers, func() func(int) (int, error) {
			starts.Add(1)
			busy := false // the race detector would see two goroutines here
			return func(i int) (int, error) {
				if busy {
					t.Error("scratch space is shared")
				}
				busy = true
				runtime.Gosched()
				busy = false
				return i, nil
			}
		}, func(int, int) error { return nil })
		if err != nil || int(starts.Load()) != tt.want {
			t.Errorf("%d pieces on %d workers: %d starts, %v; want %d", tt.n, tt.workers, starts.Load(), err, tt.want)
		}
	}
}

// Which failure is reported does not depend on who is quickest, and all that
// comes before it has been collected.
func TestOrderedReturnsTheLowestFailure(t *testing.T) {
	fails := func(lowest int) func() func(int) (int, error) {
		return func() func(int) (int, error) {
			return func(i int) (int, error) {
				if i == lowest {
					time.Sleep(2 * time.Millisecond) // the failures after it come first
				}
				if i >= lowest {
					return 0, fmt.Errorf("piece %d", i)
				}
				return i, nil
			}
		}
	}
	for _, tt := range []struct {
		lowest, workers int
		collect         int // fails here
		want            string
	}{
		{0, 7, 1000, "piece 0"},
		{37, 1, 1000, "piece 37"},
		{37, 7, 1000, "piece 37"},
		{37, 7, 36, "collect 36"},
		{37, 7, 37, "piece 37"},
		{1000, 7, 5, "collect 5"},
		{99, 7, 1000, "piece 99"},
	} {
		for range 5 {
			collected := 0
			err := Ordered(t.Context(), 100, tt.workers, fails(tt.lowest), func(i, _ int) error {
				if i == tt.collect {
					return fmt.Errorf("collect %d", i)
				}
				collected++
				return nil
			})
			if err == nil || err.Error() != tt.want {
				t.Fatalf("lowest failing piece %d, collect failing at %d, %d workers: %v; want %s",
					tt.lowest, tt.collect, tt.workers, err, tt.want)
			}
			if want := min(tt.lowest, tt.collect); collected != want {
				t.Fatalf("%d pieces were collected before the failure; want %d", collected, want)
			}
		}
	}
}

// A failure stops the pieces that have not begun.
func TestOrderedStopsEarly(t *testing.T) {
	var begun atomic.Int32
	err := Ordered(t.Context(), 1_000_000, 2, func() func(int) (int, error) {
		return func(i int) (int, error) {
			begun.Add(1)
			return 0, errors.New("no")
		}
	}, func(int, int) error { return nil })
	if err == nil || begun.Load() > 10 {
		t.Errorf("%d pieces were begun, %v", begun.Load(), err)
	}
}

func TestOrderedCancelled(t *testing.T) {
	cause := errors.New("enough")
	for _, workers := range []int{1, 2, 7} {
		ctx, cancel := context.WithCancelCause(t.Context())
		var order []int
		err := Ordered(ctx, 100_000, workers, squares, func(i, _ int) error {
			order = append(order, i)
			if i == 20 {
				cancel(cause)
			}
			return nil
		})
		if !errors.Is(err, cause) {
			t.Errorf("%d workers: %v; want %v", workers, err, cause)
		}
		if len(order) < 21 || len(order) > 21+4*workers || !slices.IsSorted(order) {
			t.Errorf("%d workers: %d pieces were collected; want 21 and the few under way", workers, len(order))
		}
	}

	// Cancelled before it began, or by a piece that returns the context's error.
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := Ordered(ctx, 100, 2, func() func(int) (int, error) {
		return func(i int) (int, error) { return i, ctx.Err() }
	}, func(int, int) error { return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled from the start: %v", err)
	}
}

// However slow collect and the first piece are, only a few results wait.
func TestOrderedWindow(t *testing.T) {
	for _, workers := range []int{1, 2, 7} {
		var begun, done atomic.Int32
		most := int32(0)
		err := Ordered(t.Context(), 300, workers, func() func(int) (int, error) {
			return func(i int) (int, error) {
				begun.Add(1)
				if i%50 == 0 {
					time.Sleep(time.Millisecond)
				}
				return i, nil
			}
		}, func(i, _ int) error {
			time.Sleep(10 * time.Microsecond)
			most = max(most, begun.Load()-done.Load())
			done.Add(1)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if limit := int32(2*workers + 1); most > limit { // the room for the piece being collected is free again
			t.Errorf("%d workers: %d results at once; want at most %d", workers, most, limit)
		}
	}
}

func TestOrderedLeavesNoGoroutine(t *testing.T) {
	before := runtime.NumGoroutine()
	var all sync.WaitGroup
	for round := range 50 {
		all.Go(func() {
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			_ = Ordered(ctx, 200, 5, squares, func(i, _ int) error {
				switch {
				case round%3 == 0 && i == 20:
					return errors.New("no")
				case round%3 == 1 && i == 30:
					cancel()
				}
				return nil
			})
		})
	}
	all.Wait()
	for end := time.Now().Add(2 * time.Second); runtime.NumGoroutine() > before; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d goroutines before, %d after", before, runtime.NumGoroutine())
		}
	}
}
