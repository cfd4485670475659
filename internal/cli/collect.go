package cli

import (
	"os"
	"runtime"
	"runtime/debug"
)

// CollectLater puts off the first collection of memory until the program has allocated 32 MB, where Go would begin
// at 4 MB. Most commands end before. Later collections are as usual; the variable GOGC has its way.
func CollectLater() {
	if os.Getenv("GOGC") != "" {
		return
	}
	usual := debug.SetGCPercent(100 * 32 / 4)
	// What nothing refers to is cleaned up after the first collection.
	runtime.AddCleanup(new([16]uintptr), func(percent int) { debug.SetGCPercent(percent) }, usual)
}
