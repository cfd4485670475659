package cli

import (
	"runtime"
	"runtime/metrics"
	"testing"
	"time"
)

// Only the first collection is put off, and none where GOGC says when to collect.
func TestCollectLater(t *testing.T) {
	percent := func() uint64 {
		sample := []metrics.Sample{{Name: "/gc/gogc:percent"}}
		metrics.Read(sample)
		return sample[0].Value.Uint64()
	}
	usual := percent()
	t.Setenv("GOGC", "100")
	if CollectLater(); percent() != usual {
		t.Errorf("GOGC is %d where the variable said 100", percent())
	}
	t.Setenv("GOGC", "")
	if CollectLater(); percent() != 800 {
		t.Errorf("GOGC is %d at the start; want 800, for 32 MB", percent())
	}
	runtime.GC()
	for end := time.Now().Add(10 * time.Second); percent() != usual; runtime.Gosched() {
		if time.Now().After(end) {
			t.Fatalf("GOGC is %d after a collection; want %d as before", percent(), usual)
		}
	}
}
