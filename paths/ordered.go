package paths

import (
	"context"
	"runtime"
	"sync"
)

// Ordered does the pieces of work 0 … n−1 on several goroutines and hands the
// results to collect one at a time, in order, on the caller's goroutine.
//
// Each goroutine calls start once and then the function it returned for every
// piece it takes, so that scratch space belongs to one goroutine. Few pieces
// are ahead of collect at any time, so memory does not depend on n. If any
// piece or collect fails, Ordered stops early and returns the error of the
// lowest-numbered failing piece, so that a failure is as reproducible as a
// result. A cancelled context stops it with the context's error. Zero workers
// means one for each processor.
func Ordered[T any](ctx context.Context, n, workers int, start func() func(i int) (T, error),
	collect func(i int, result T) error) error {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	workers = min(workers, n)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	type outcome struct {
		i      int
		result T
		err    error
	}
	pieces := make(chan int)
	outcomes := make(chan outcome)
	room := make(chan struct{}, 2*workers) // pieces taken and not yet collected

	go func() {
		defer close(pieces)
		for i := range n {
			select {
			case room <- struct{}{}:
			case <-ctx.Done():
				return
			}
			select {
			case pieces <- i:
			case <-ctx.Done():
				return
			}
		}
	}()
	var crew sync.WaitGroup
	for range workers {
		crew.Go(func() {
			work := start()
			for i := range pieces {
				result, err := work(i) // always: a lower-numbered piece may fail too
				outcomes <- outcome{i, result, err}
			}
		})
	}
	go func() { crew.Wait(); close(outcomes) }()

	// Pieces are handed out in order, so whatever is below a failing piece is
	// already under way and its outcome still comes.
	waiting := map[int]outcome{}
	next := 0
	var failure error
	for o := range outcomes {
		waiting[o.i] = o
		for {
			o, ok := waiting[next]
			if !ok || failure != nil {
				break
			}
			delete(waiting, next)
			<-room
			if o.err == nil {
				o.err = collect(o.i, o.result)
			}
			if o.err != nil {
				failure = o.err
				cancel()
			}
			next++
		}
	}
	if failure != nil {
		return failure
	}
	if next < n {
		return context.Cause(ctx)
	}
	return nil
}
