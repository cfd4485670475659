package cli

import (
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// A Progress shows how far a run is, with rate and time left, on a terminal only.
type Progress struct{ bar *progressbar.ProgressBar }

// NewProgress begins to show how many of something are done.
func NewProgress(w io.Writer, what string) Progress {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return Progress{}
	}
	return Progress{progressbar.NewOptions(1,
		progressbar.OptionSetWriter(w), progressbar.OptionSetDescription(what),
		progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionSetItsString(what),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish(), progressbar.OptionFullWidth())}
}

// Update says how many are done, of how many.
func (p Progress) Update(done, total int) {
	if p.bar != nil {
		if p.bar.GetMax() != total {
			p.bar.ChangeMax(total)
		}
		_ = p.bar.Set(done)
	}
}

// Finish removes what was shown.
func (p Progress) Finish() {
	if p.bar != nil {
		_ = p.bar.Finish()
	}
}
