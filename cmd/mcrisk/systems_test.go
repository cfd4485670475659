package main

import (
	"os"
	"testing"

	"golang.org/x/tools/go/packages"
)

// Systems are those that mcrisk builds for.
var systems = [][2]string{{"linux", "amd64"}, {"linux", "arm64"}, {"linux", "386"}, {"linux", "arm"},
	{"darwin", "arm64"}, {"windows", "amd64"}, {"freebsd", "amd64"}}

func TestSystems(t *testing.T) {
	for _, system := range systems {
		config := &packages.Config{Mode: packages.NeedName | packages.NeedImports | packages.NeedDeps | packages.NeedTypes |
			packages.NeedSyntax | packages.NeedTypesSizes, Tests: true,
			Env: append(os.Environ(), "GOOS="+system[0], "GOARCH="+system[1], "CGO_ENABLED=0")}
		list, err := packages.Load(config, "mcrisk/...")
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range list {
			for _, fault := range p.Errors {
				t.Errorf("%s/%s: %s: %v", system[0], system[1], p.PkgPath, fault)
			}
		}
	}
}
