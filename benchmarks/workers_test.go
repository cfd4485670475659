package benchmarks

import (
	"context"
	"flag"
	"slices"
	"testing"
	"time"

	"mcrisk/models"
	"mcrisk/param"
	"mcrisk/study"
)

var workers = flag.Bool("workers", false, "measure what a second worker brings")

// What two workers bring over one, in rounds in which they run in turn: by the
// clock, which counts on a machine that nobody else uses, and by processor time
// for each path-step, which should not grow.
func TestTwoWorkers(t *testing.T) {
	if !*workers {
		t.Skip("takes twenty seconds: -workers")
	}
	const rounds, paths = 9, 48 * study.ChunkPaths
	spec := study.Spec{Model: param.Part{Kind: "gbm"}, Horizon: models.Year, Step: time.Hour,
		Paths: paths, Seed: 1, Tokens: []study.TokenSpec{token("t")}}
	run := func(n int) (wall, cpu float64) {
		start, used := time.Now(), cpuTime()
		if err := study.Run(context.Background(), built(t, spec), study.Options{Workers: n}); err != nil {
			t.Fatal(err)
		}
		return float64(time.Since(start)), float64(cpuTime() - used)
	}
	var faster, dearer []float64
	for range rounds {
		wall1, cpu1 := run(1)
		wall2, cpu2 := run(2)
		faster, dearer = append(faster, wall1/wall2), append(dearer, cpu2/cpu1)
		t.Logf("by the clock %.2f times as fast; processor time %.2f and %.2f ns per path-step",
			wall1/wall2, cpu1/paths/8760, cpu2/paths/8760)
	}
	slices.Sort(faster)
	slices.Sort(dearer)
	t.Logf("medians: by the clock %.2f times as fast (%.2f to %.2f), %.3f times the processor time (%.3f to %.3f)",
		faster[rounds/2], faster[0], faster[rounds-1], dearer[rounds/2], dearer[0], dearer[rounds-1])
}
