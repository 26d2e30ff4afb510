package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"twirouter/router"
)

// maxFolders and maxScripts bound what a scripts folder that is not one (a home
// folder, say) can make the program read.
const (
	maxFolders = 10_000
	maxScripts = 10_000
)

// walk looks for scripts below a folder.
type walk struct {
	r       *reader
	dir     string   // the folder itself
	scripts []string // paths below it, with slashes
	modules []string // paths below lib/
	folders int
	full    bool
}

// scripts reads the scripts folder. That it is not there is a warning: it is
// picked up as soon as it is.
func (r *reader) scripts(c *Config) {
	dir := r.resolve(c.Scripts.Dir)
	r.files.folder = dir
	r.files.Paths = append(r.files.Paths, dir)
	info, err := os.Stat(dir)
	if err == nil && !info.IsDir() {
		err = errors.New("is not a folder")
	}
	if err != nil {
		r.fails[dir] = reason(err)
		p := c.Scripts.problem("dir", fmt.Sprintf("scripts folder %s: %v", dir, reason(err)), "")
		if r.files.absent = errors.Is(err, fs.ErrNotExist); r.files.absent {
			p.What, p.Hint, p.Warning = fmt.Sprintf("there is no scripts folder %s: no script runs", dir), "it is loaded as soon as it is there", true
		}
		r.files.problems = append(r.files.problems, p)
		return
	}
	w := &walk{r: r, dir: dir}
	w.folder("", false)
	slices.Sort(w.scripts)
	slices.Sort(w.modules)
	byName := map[string]string{}
	for _, p := range w.scripts {
		s, ok := w.source(p, ScriptName(p))
		if !ok {
			continue
		}
		if first := byName[s.Name]; first != "" {
			r.files.problems = append(r.files.problems, router.Problem{
				File: s.File, What: fmt.Sprintf("two scripts are called %q: this one and %s", s.Name, first),
				Hint: "leading digits and dashes do not count; rename one of them",
			})
			continue
		}
		byName[s.Name] = s.File
		r.files.scripts = append(r.files.scripts, s)
		r.files.paths = append(r.files.paths, p)
	}
	for _, p := range w.modules {
		if s, ok := w.source(path.Join("lib", p), p); ok {
			r.files.modules = append(r.files.modules, s)
		}
	}
}

// folder looks through one folder, given by its path below the scripts folder.
func (w *walk) folder(below string, lib bool) {
	here := filepath.Join(w.dir, filepath.FromSlash(below))
	w.r.files.Paths = append(w.r.files.Paths, here)
	if w.folders++; w.folders > maxFolders || len(w.scripts)+len(w.modules) > maxScripts {
		if !w.full {
			w.full = true
			w.r.files.problems = append(w.r.files.problems, router.Problem{
				File: w.dir, What: fmt.Sprintf("more than %d folders or scripts", maxFolders), Hint: "is it the right folder?",
			})
		}
		return
	}
	entries, err := os.ReadDir(here)
	if err != nil {
		w.r.fails[here] = reason(err)
		w.r.files.problems = append(w.r.files.problems, router.Problem{File: here, What: reason(err).Error()})
		return
	}
	for _, e := range entries {
		name := e.Name()
		p := path.Join(below, name)
		switch {
		case name[0] == '.' || name[0] == '_' && !lib:
		case e.IsDir():
			w.folder(p, lib || p == "lib")
		case !strings.HasSuffix(name, ".lua") || strings.HasSuffix(name, "_test.lua"):
		case e.Type()&fs.ModeSymlink != 0 && isDir(filepath.Join(here, name)):
		case lib:
			w.modules = append(w.modules, strings.TrimPrefix(p, "lib/"))
		default:
			w.scripts = append(w.scripts, p)
		}
	}
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// source reads one script or module.
func (w *walk) source(below, name string) (router.Source, bool) {
	file := filepath.Join(w.dir, filepath.FromSlash(below))
	text, err := w.r.read(file, maxFile)
	if err != nil {
		w.r.files.problems = append(w.r.files.problems, router.Problem{File: file, What: err.Error()})
		return router.Source{}, false
	}
	return router.Source{Name: name, File: file, Text: text}, true
}

// ScriptName is the stable name of a script: its path below the scripts folder,
// with slashes, each part without leading digits and dashes, and without .lua.
// "support/20-optout.lua" is "support/optout". A part of nothing else stays.
func ScriptName(path string) string {
	parts := strings.Split(strings.TrimSuffix(path, ".lua"), "/")
	for i, part := range parts {
		if name := strings.TrimLeft(part, "0123456789-"); name != "" {
			parts[i] = name
		}
	}
	return strings.Join(parts, "/")
}
