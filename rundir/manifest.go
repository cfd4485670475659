package rundir

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"mcrisk/study"
)

// A Manifest describes a run: its command, settings, inputs and files.
type Manifest struct {
	Format      int               `json:"format"` // of run directories
	Command     []string          `json:"command"`
	Version     string            `json:"version"`
	Generator   string            `json:"generator"` // of random numbers
	SpecHash    string            `json:"spec_hash"`
	ResultsHash string            `json:"results_hash"`
	Seed        uint64            `json:"seed"`
	Paths       int               `json:"paths"`
	Workers     int               `json:"workers"`
	Go          string            `json:"go"`
	System      string            `json:"system"`
	Processor   string            `json:"processor"`
	Start       time.Time         `json:"start"`
	End         time.Time         `json:"end"`
	Settings    []study.Setting   `json:"settings"`
	Inputs      map[string]string `json:"inputs"`  // SHA-256 of each file read
	Outputs     map[string]string `json:"outputs"` // SHA-256 of each file written
	Digest      string            `json:"digest"`  // SHA-256 of all that precedes it in the file
}

// Format is the format of run directories that this program writes and reads. Those of
// format 1 had no digests.
const Format = 2

// Generator names how random numbers are made. It changes when the numbers do.
const Generator = "philox4x32-10/box-muller-f32/1"

// ReadManifest reads a run's manifest. One of which a bit is not as it was written, or
// of another format, is an error.
func ReadManifest(r io.Reader) (Manifest, error) {
	var m Manifest
	data, err := io.ReadAll(r)
	if err == nil {
		err = unseal(data, &m)
	}
	if err == nil && m.Format != Format {
		err = fmt.Errorf("it has format %d; this version of mcrisk reads format %d", m.Format, Format)
	}
	return m, err
}

// ErrDamaged says that a manifest, or the origin of a sweep, is not what was written.
var ErrDamaged = errors.New("its digest is not that of its content; it is not what was written")

// sealEnd follows a digest, with which the file ends.
const sealEnd = "\"\n}\n"

// seal is v as JSON. Its last key is digest, still empty in v, and becomes the SHA-256 of
// all that precedes it.
func seal(v any) ([]byte, error) {
	var b bytes.Buffer
	if err := encodeJSON(&b, v); err != nil {
		return nil, err
	}
	text := bytes.TrimSuffix(b.Bytes(), []byte(sealEnd))
	return fmt.Appendf(text, "%s%s", Hash(text), sealEnd), nil
}

// unseal reads what seal wrote, if it is still that to the bit.
func unseal(data []byte, v any) error {
	at := len(data) - len(sealEnd) - len(Hash(nil))
	if at >= 0 && string(data[at:]) == Hash(data[:at])+sealEnd {
		return json.Unmarshal(data, v)
	}
	var earlier struct{ Digest *string }
	if json.Unmarshal(data, &earlier) == nil && earlier.Digest == nil {
		return errors.New("it has no digest; an earlier version of mcrisk wrote it, want a new run")
	}
	return ErrDamaged
}

func encodeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// Version is the version of the program, with its commit where the build
// recorded one.
func Version() string {
	v := "0.1.0"
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				v += "+" + s.Value[:min(12, len(s.Value))]
			}
			if s.Key == "vcs.modified" && s.Value == "true" {
				v += "-modified"
			}
		}
	}
	return v
}

func processor() string {
	data, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	for line := range strings.Lines(string(data)) {
		if name, ok := strings.CutPrefix(line, "model name"); ok {
			return strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(name), ":"))
		}
	}
	return runtime.GOARCH
}
