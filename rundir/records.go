package rundir

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path"
	"slices"

	"mcrisk/study"
)

// Records are the finished units of a sweep, one file each in a folder; a file gets its
// name only when it is complete. So an interrupted sweep loses only the units in
// progress, units may be done in any order and on different machines, and memory holds a
// few cells at a time.
//
// A record is a line of JSON, the kept columns as little-endian float64 (those of
// the market, and then of each cell that did not fail), and the SHA-256 of all
// that.
type Records struct {
	*Stored
	Sweep *study.Sweep
	plan  []byte // its sweep.yaml
	names []string
	id    string
}

// The files of a run, and of a sweep's.
const (
	SpecFile     = "spec.yaml"
	SweepFile    = "sweep.yaml"
	OriginFile   = "origin.json"
	ManifestFile = "manifest.json"
	recordsDir   = "records"
)

// An Origin has the facts known at the start of a sweep that its results need at the end.
type Origin struct {
	Command   []string          `json:"command"`
	Generator string            `json:"generator"` // of random numbers; CreateSweep says which
	Plan      string            `json:"plan"`      // SHA-256 of sweep.yaml; CreateSweep says it
	Settings  []study.Setting   `json:"settings"`
	Inputs    map[string]string `json:"inputs"`
	Notes     []string          `json:"notes"`
	Digest    string            `json:"digest"` // SHA-256 of all that precedes it in the file
}

// CreateSweep begins the run of a sweep at path, which must not exist: plan is its
// sweep.yaml. The run is open for Change.
func CreateSweep(path string, plan []byte, b Origin) (*Stored, error) {
	return createSweep(path, plan, b, func(*Dir) error { return nil })
}

// MergeSweep begins the run of a sweep at path, which must not exist, with the records of
// all parts, which are runs of that sweep. The run is open for Change.
func MergeSweep(ctx context.Context, path string, b Origin, parts []*Records) (*Stored, error) {
	return createSweep(path, parts[0].plan, b, func(d *Dir) error {
		for _, part := range parts {
			if err := part.copyTo(ctx, d); err != nil {
				return err
			}
		}
		return nil
	})
}

// createSweep begins the run of a sweep, in which more is written before it gets its name.
func createSweep(path string, plan []byte, b Origin, more func(*Dir) error) (*Stored, error) {
	d, err := Create(path)
	if err != nil {
		return nil, err
	}
	defer d.Abort()
	b.Generator, b.Plan, b.Digest = Generator, Hash(plan), ""
	origin, err := seal(b)
	if err == nil {
		err = errors.Join(d.Bytes(SweepFile, plan), d.Bytes(OriginFile, origin), d.hidden.makeDir(recordsDir))
	}
	if err == nil {
		err = more(d)
	}
	if err == nil {
		err = d.syncFolders()
	}
	if err == nil {
		err = d.place()
	}
	if err != nil {
		return nil, fmt.Errorf("rundir: %w", err)
	}
	return Open(d.Path, Change)
}

// Sweep reads the run of a sweep, finished or not: its spec, its plan, its origin and
// its records of the named columns.
func (s *Stored) Sweep(names []string) (*Records, SweepPlan, Origin, error) {
	var b Origin
	none := func(err error) (*Records, SweepPlan, Origin, error) { return nil, SweepPlan{}, b, err }
	plan, err := s.heldText(SweepFile)
	if errors.Is(err, fs.ErrNotExist) {
		return none(fmt.Errorf("rundir: %s has no %s; want the directory that mcrisk sweep wrote", s.Path, SweepFile))
	}
	if err != nil {
		return none(fmt.Errorf("rundir: %w", err))
	}
	file := s.join(SweepFile)
	text, err := s.heldText(OriginFile)
	if err != nil {
		return none(fmt.Errorf("rundir: %w", err))
	}
	if err := unseal(text, &b); err != nil {
		return none(fmt.Errorf("rundir: %s: %w", s.join(OriginFile), err))
	}
	if b.Generator != Generator {
		return none(fmt.Errorf("rundir: %s was begun with random numbers %q; this program has %s",
			s.Path, b.Generator, Generator))
	}
	if b.Plan != Hash(plan) {
		return none(fmt.Errorf("rundir: %s is not what the sweep began with; mcrisk sweep %[1]s runs it anew", file))
	}
	if _, err := s.lookup(recordsDir, fs.ModeDir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return none(fmt.Errorf("rundir: %w", err))
	}
	spec, how, err := ReadSweep(plan, file)
	if err != nil {
		return none(err)
	}
	if how == nil {
		return none(fmt.Errorf("rundir: %s says nothing of a sweep", file))
	}
	if err := Load(context.Background(), &spec); err != nil {
		return none(err)
	}
	own, err := study.New(spec)
	if err != nil {
		return none(fmt.Errorf("rundir: %s: %w", file, err))
	}
	axes, err := how.Axes(own.Spec())
	if err != nil {
		return none(fmt.Errorf("rundir: %s: %w", file, err))
	}
	sweep, err := study.NewSweep(own, axes, how.Sample)
	if err != nil {
		return none(fmt.Errorf("rundir: %s: %w", file, err))
	}
	id := Hash(append(slices.Clone(plan), Generator...))
	return &Records{Stored: s, Sweep: sweep, plan: plan, names: names, id: id}, *how, b, nil
}

// A head is the first line of a record.
type head struct {
	Sweep  string   `json:"sweep"` // hash of the plan and of how random numbers are made
	Batch  int      `json:"batch"`
	Chunk  int      `json:"chunk"`
	Paths  int      `json:"paths"`
	Cells  []int    `json:"cells"`
	Faults []string `json:"faults"` // by cell
	Market int      `json:"market"` // columns
	Token  int      `json:"token"`  // columns of each cell, of all its tokens
}

// name is the file of a unit.
func (r *Records) name(u study.Unit) string {
	return fmt.Sprintf("%s/batch%05d-chunk%07d.record", recordsDir, u.Batch, u.Chunk)
}

// Write writes a part, replacing what is there; it is on disk, under its name, when Write
// returns.
func (r *Records) Write(p *study.UnitResult) error {
	h := head{Sweep: r.id, Batch: p.Batch, Chunk: p.Chunk, Paths: p.N, Cells: r.Sweep.Batch(p.Batch),
		Faults: p.Faults, Market: len(p.Market)}
	for _, columns := range p.Cells {
		h.Token = max(h.Token, len(columns))
	}
	partial := hidden(recordsDir + "/" + partialPrefix)
	_ = unfinished.begin(r.join(partial), func() error { return nil })
	_, err := r.create(partial, func(w io.Writer) error {
		hash := sha256.New()
		out := bufio.NewWriterSize(io.MultiWriter(w, hash), 1<<16)
		if err := encodeLine(out, h); err != nil {
			return err
		}
		if err := writeColumns(out, p.Market); err != nil {
			return err
		}
		for _, columns := range p.Cells {
			if err := writeColumns(out, columns); err != nil {
				return err
			}
		}
		if err := out.Flush(); err != nil {
			return err
		}
		_, err := w.Write(hash.Sum(nil))
		return err
	})
	if err == nil {
		err = unfinished.end(r.join(partial), func() error { return r.rename(partial, r.name(p.Unit)) })
	}
	if err == nil {
		err = r.sync(recordsDir)
	}
	if err != nil {
		return fmt.Errorf("rundir: %w", err)
	}
	delete(r.Manifest.Outputs, r.name(p.Unit)) // which is of the record before
	return nil
}

func encodeLine(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

func writeColumns(w io.Writer, columns [][]float64) error {
	var buf []byte
	for _, xs := range columns {
		buf = buf[:0]
		for _, x := range xs {
			buf = binary.LittleEndian.AppendUint64(buf, math.Float64bits(x))
		}
		if _, err := w.Write(buf); err != nil {
			return err
		}
	}
	return nil
}

// maxHead is the longest first line of a record that is accepted.
const maxHead = 1 << 20

// readHead reads the first line of an open record and returns its length. Sizes in it
// must agree with the sweep and the file.
func (r *Records) readHead(f *os.File, u study.Unit) (h head, n int64, err error) {
	in := bufio.NewReaderSize(io.NewSectionReader(f, 0, maxHead), 1<<12)
	line, err := in.ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &h)
	}
	if err != nil {
		return h, 0, err
	}
	if h.Sweep != r.id {
		return h, 0, errors.New("it belongs to another sweep, or random numbers were made differently")
	}
	cells := r.Sweep.Batch(u.Batch)
	if h.Batch != u.Batch || h.Chunk != u.Chunk || h.Paths != r.Sweep.ChunkPaths(u.Chunk) ||
		!slices.Equal(h.Cells, cells) || len(h.Faults) != len(cells) {
		return h, 0, errors.New("its first line is not that of this unit")
	}
	market, columns, lived := study.KeptOfMarket(r.names), r.Sweep.Study.Columns(r.names), 0
	for _, fault := range h.Faults {
		if fault == "" {
			lived++
		}
	}
	if lived == 0 {
		market, columns = nil, 0
	}
	if h.Market != len(market) || h.Token != columns {
		return h, 0, errors.New("its columns are not those of this sweep")
	}
	info, err := f.Stat()
	if err != nil {
		return h, 0, err
	}
	if want := int64(len(line)) + 8*int64(h.Paths)*int64(h.Market+lived*h.Token) + sha256.Size; info.Size() != want {
		return h, 0, fmt.Errorf("it has %d bytes; want %d", info.Size(), want)
	}
	return h, int64(len(line)), nil
}

// whole reports a record that is not whole, or not the one that the manifest of a finished
// run lists, and returns its SHA-256.
func (r *Records) whole(ctx context.Context, u study.Unit) (string, error) {
	f, err := r.open(r.name(u), os.O_RDONLY)
	if err != nil {
		return "", err
	}
	defer f.Close()
	if _, _, err := r.readHead(f, u); err != nil {
		return "", err
	}
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	size := info.Size() - sha256.Size
	within, all := sha256.New(), sha256.New()
	if _, err := io.CopyN(io.MultiWriter(within, all), interruptible{ctx, f}, size); err != nil {
		return "", err
	}
	sum := make([]byte, sha256.Size)
	if _, err := io.ReadFull(f, sum); err != nil {
		return "", err
	}
	if !bytes.Equal(sum, within.Sum(nil)) {
		return "", errors.New("its content is not what was written")
	}
	all.Write(sum)
	hash := hex.EncodeToString(all.Sum(nil))
	if want, listed := r.Manifest.Outputs[r.name(u)]; listed && hash != want {
		return "", errors.New("its content is not what the manifest says")
	}
	return hash, nil
}

// Missing are the units, of those asked for, that have no whole record; damaged
// says which of them have one that is not whole, and why.
func (r *Records) Missing(ctx context.Context, units []int) (missing []int, damaged []error, err error) {
	for _, i := range units {
		u := r.Sweep.Unit(i)
		_, err := r.whole(ctx, u)
		if err == nil {
			continue
		}
		if ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
		missing = append(missing, i)
		if !errors.Is(err, fs.ErrNotExist) {
			damaged = append(damaged, fmt.Errorf("%s: %w", path.Base(r.name(u)), err))
		}
		if errors.Is(err, fs.ErrPermission) {
			return nil, nil, fmt.Errorf("rundir: %w", err)
		}
	}
	return missing, damaged, nil
}

// Cell reads a cell of a sweep whose records are all there.
func (r *Records) Cell(cell int) (study.Cell, error) {
	batch, place := r.Sweep.Place(cell)
	return r.Sweep.Assemble(cell, r.names, func(chunk int) (market, columns [][]float64, fault string, err error) {
		u := study.Unit{Batch: batch, Chunk: chunk}
		f, err := r.open(r.name(u), os.O_RDONLY)
		if err != nil {
			return nil, nil, "", fmt.Errorf("rundir: %w", err)
		}
		defer f.Close()
		h, at, err := r.readHead(f, u)
		if err != nil {
			return nil, nil, "", fmt.Errorf("rundir: %s: %w", r.join(r.name(u)), err)
		}
		if h.Faults[place] != "" {
			return nil, nil, h.Faults[place], nil
		}
		skipped := 0
		for _, fault := range h.Faults[:place] {
			if fault == "" {
				skipped++
			}
		}
		size := int64(8 * h.Paths)
		market, err = readColumns(f, at, h.Market, h.Paths)
		if err == nil {
			columns, err = readColumns(f, at+size*int64(h.Market+skipped*h.Token), h.Token, h.Paths)
		}
		if err != nil {
			return nil, nil, "", fmt.Errorf("rundir: %s: %w", r.join(r.name(u)), err)
		}
		return market, columns, "", nil
	})
}

func readColumns(f io.ReaderAt, at int64, columns, paths int) ([][]float64, error) {
	buf := make([]byte, 8*columns*paths)
	if _, err := f.ReadAt(buf, at); err != nil {
		return nil, err
	}
	out := make([][]float64, columns)
	for c := range out {
		out[c] = make([]float64, paths)
		for i := range out[c] {
			out[c][i] = math.Float64frombits(binary.LittleEndian.Uint64(buf[8*(c*paths+i):]))
		}
	}
	return out, nil
}

// Same reports runs that are not of the same sweep.
func (r *Records) Same(as *Records) error {
	if as.id != r.id {
		return fmt.Errorf("rundir: %s and %s are not parts of one sweep: their %s differ", as.Path, r.Path, SweepFile)
	}
	return nil
}

// copyTo copies the records into a run being written, but for those that it has.
func (r *Records) copyTo(ctx context.Context, d *Dir) error {
	for i := range r.Sweep.Units() {
		u := r.Sweep.Unit(i)
		if _, taken := d.hashes[r.name(u)]; taken {
			continue
		}
		if _, err := r.whole(ctx, u); errors.Is(err, fs.ErrNotExist) {
			continue
		} else if err != nil {
			return fmt.Errorf("%s: %w", r.join(r.name(u)), err)
		}
		if err := d.File(r.name(u), func(w io.Writer) error {
			in, err := r.open(r.name(u), os.O_RDONLY)
			if err != nil {
				return err
			}
			defer in.Close()
			_, err = io.Copy(w, interruptible{ctx, in})
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// Results begins the results of a sweep whose records are complete, and which is open for
// Change. Commit gives them their names, the manifest last. Earlier results are replaced.
func (r *Records) Results(ctx context.Context) (*Dir, error) {
	at := hidden(partialPrefix)
	d := &Dir{Path: r.Path, hashes: map[string]string{}, into: r.Stored}
	err := unfinished.begin(r.join(at), func() error { return r.makeDir(at) })
	if err == nil {
		d.hidden, err = openFolder(r.join(at))
	}
	if err != nil {
		return nil, fmt.Errorf("rundir: %w", err)
	}
	if err := r.hashes(ctx, d.hashes); err != nil {
		d.Abort()
		return nil, fmt.Errorf("rundir: %w", err)
	}
	return d, nil
}

// hashes are those of what a sweep has before it has results.
func (r *Records) hashes(ctx context.Context, all map[string]string) error {
	for _, name := range []string{SweepFile, OriginFile} {
		data, err := r.text(name)
		if err != nil {
			return err
		}
		all[name] = Hash(data)
	}
	for i := range r.Sweep.Units() {
		u := r.Sweep.Unit(i)
		hash, err := r.whole(ctx, u)
		if err != nil {
			return fmt.Errorf("%s: %w", r.join(r.name(u)), err)
		}
		all[r.name(u)] = hash
	}
	return nil
}
