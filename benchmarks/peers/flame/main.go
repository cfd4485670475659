// Command flame draws a flame graph of what "go tool pprof -traces" prints, as
// an SVG: time is width, callers are below what they call, and a frame's
// tooltip says its share.
//
//	go tool pprof -traces cpu.prof | flame > cpu.svg
package main

import (
	"bufio"
	"fmt"
	"html"
	"io"
	"log"
	"maps"
	"os"
	"slices"
	"strings"
	"time"
)

// A frame is a function as called by the frames below it.
type frame struct {
	total time.Duration
	calls map[string]*frame
}

func (f *frame) call(name string) *frame {
	if f.calls == nil {
		f.calls = map[string]*frame{}
	}
	if f.calls[name] == nil {
		f.calls[name] = new(frame)
	}
	return f.calls[name]
}

func (f *frame) depth() int {
	d := 0
	for _, c := range f.calls {
		d = max(d, c.depth())
	}
	return d + 1
}

// read adds up the samples. Each begins with a rule and its time, which stands
// before the innermost function.
func read(r io.Reader) (*frame, error) {
	root := new(frame)
	var stack []string
	var spent time.Duration
	add := func() {
		f := root
		f.total += spent
		for _, name := range slices.Backward(stack) {
			f = f.call(name)
			f.total += spent
		}
		stack, spent = nil, 0
	}
	in := bufio.NewScanner(r)
	for in.Scan() {
		line := in.Text()
		if strings.HasPrefix(line, "-----------+") {
			add()
			continue
		}
		words := strings.Fields(line)
		if len(words) == 0 || !strings.HasPrefix(line, " ") {
			continue // the head
		}
		if d, err := time.ParseDuration(words[0]); err == nil {
			spent, words = d, words[1:]
		}
		name, _ := strings.CutSuffix(strings.Join(words, " "), " (inline)")
		stack = append(stack, name)
	}
	add()
	return root, in.Err()
}

const (
	width, row = 1200.0, 18.0
	narrow     = 0.4 // frames below this are left out
)

func draw(w io.Writer, root *frame) {
	height := row*float64(root.depth()) + 4
	fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %g %g" `+
		`font-family="sans-serif" font-size="11">`+"\n", width, height)
	fmt.Fprintf(w, `<rect width="%g" height="%g" fill="white"/>`+"\n", width, height)
	scale := width / float64(root.total)
	var put func(name string, f *frame, x, y float64)
	put = func(name string, f *frame, x, y float64) {
		wide := scale * float64(f.total)
		if wide < narrow {
			return
		}
		name = name[strings.LastIndex(name, "/")+1:]
		share := 100 * float64(f.total) / float64(root.total)
		// Vector code is blue, what else is ours orange, the rest grey.
		colour := "#d0d0d0"
		if strings.Contains(name, "AVX") {
			colour = "#8ab8e0"
		} else if slices.ContainsFunc([]string{"study.", "paths.", "models.", "tokens.", "random.", "fmath.", "block."},
			func(p string) bool { return strings.HasPrefix(name, p) }) {
			colour = "#f0b878"
		}
		fmt.Fprintf(w, `<g><title>%s: %.1f %%</title><rect x="%.1f" y="%.1f" width="%.1f" height="%g" `+
			`fill="%s" stroke="white" stroke-width="0.5"/>`,
			html.EscapeString(name), share, x, y, wide, row-1, colour)
		label := fmt.Sprintf("%s %.0f %%", name, share)
		if room := int(wide / 6.2); room >= 4 {
			if letters := []rune(label); len(letters) > room {
				label = string(letters[:room-1]) + "…"
			}
			fmt.Fprintf(w, `<text x="%.1f" y="%.1f">%s</text>`, x+3, y+12.5, html.EscapeString(label))
		}
		fmt.Fprintln(w, "</g>")
		for _, n := range slices.Sorted(maps.Keys(f.calls)) {
			put(n, f.calls[n], x, y-row)
			x += scale * float64(f.calls[n].total)
		}
	}
	put("all", root, 0, height-row-2)
	fmt.Fprintln(w, "</svg>")
}

func main() {
	root, err := read(os.Stdin)
	if err != nil {
		log.Fatal(err)
	}
	if root.total == 0 {
		log.Fatal("flame: no samples; want the output of go tool pprof -traces")
	}
	out := bufio.NewWriter(os.Stdout)
	draw(out, root)
	if err := out.Flush(); err != nil {
		log.Fatal(err)
	}
}
