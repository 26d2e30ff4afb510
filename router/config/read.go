package config

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"twirouter/router"
)

// Source says what a generation is made from.
type Source struct {
	// Path is the configuration file, as the person named it: messages name it
	// so. "" is no file: defaults, and the folder scripts in Dir.
	Path string
	// Dir is where relative paths start if Path is "".
	Dir    string
	Getenv Getenv
}

// Files is all that a generation is made from, read in one go.
type Files struct {
	Hash  string           // of every byte, and of what could not be read
	Paths []string         // every file and folder that was looked at, also what is not there
	Sizes map[string]int64 // of the files that were read, by path

	config   *Config
	problems router.Problems
	scripts  []router.Source // in the order of the chain
	modules  []router.Source
	paths    []string // of scripts, below the scripts folder, with slashes
	folder   string   // the scripts folder, as messages name it
	absent   bool     // it is not there
	broken   bool     // the configuration is not TOML, and nothing else was read
}

// Config is what was decoded: complete, with defaults where the file is wrong.
func (f *Files) Config() *Config { return f.config }

// maxFile is how large any file but the configuration may be.
const maxFile = 4 << 20

// reader reads files for one Files and remembers what it looked at.
type reader struct {
	files *Files
	base  string            // where relative paths start
	texts map[string][]byte // by path
	fails map[string]error
}

// Read reads the configuration, the scripts and every file that the
// configuration names. It fails only if the configuration cannot be read at all
// (fs.ErrNotExist if there is none; the error does not repeat the path) and
// returns the Paths all the same; whatever else is wrong, [Build] tells.
func Read(src Source) (*Files, error) {
	r := &reader{
		files: &Files{Sizes: map[string]int64{}},
		base:  src.Dir,
		texts: map[string][]byte{},
		fails: map[string]error{},
	}
	doc := &document{data: map[string]any{}}
	if src.Path != "" {
		r.base = filepath.Dir(src.Path)
		text, err := r.read(src.Path, maxConfig)
		if err != nil {
			return r.finish(), err
		}
		var wrong router.Problems
		doc, wrong = parse(src.Path, text)
		if len(wrong) > 0 { // what it names is not known: of the rest nothing can be said
			r.files.config, _ = decode(doc, src.Getenv)
			r.files.problems, r.files.broken = wrong, true
			return r.finish(), nil
		}
	}
	r.files.config, r.files.problems = decode(doc, src.Getenv)
	r.twins(r.files.config)
	r.scripts(r.files.config)
	return r.finish(), nil
}

// finish sums up what was read.
func (r *reader) finish() *Files {
	h := sha256.New()
	piece := func(b []byte) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(b)))
		_, _ = h.Write(n[:]) // a hash in memory does not fail
		_, _ = h.Write(b)
	}
	for _, path := range slices.Sorted(maps.Keys(r.texts)) {
		piece([]byte(path))
		piece(r.texts[path])
		r.files.Sizes[path] = int64(len(r.texts[path]))
	}
	for _, path := range slices.Sorted(maps.Keys(r.fails)) {
		piece([]byte(path))
		piece([]byte(r.fails[path].Error()))
	}
	r.files.Hash = hex.EncodeToString(h.Sum(nil))
	slices.Sort(r.files.Paths)
	r.files.Paths = slices.Compact(r.files.Paths)
	return r.files
}

// resolve is where a path of the configuration leads: relative ones start at
// the folder that the file is in.
func (r *reader) resolve(path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(r.base, path)
}

// read reads a file once. The error says what is wrong without the path.
func (r *reader) read(path string, limit int64) ([]byte, error) {
	if text, ok := r.texts[path]; ok {
		return text, nil
	}
	if err, ok := r.fails[path]; ok {
		return nil, err
	}
	r.files.Paths = append(r.files.Paths, path)
	text, err := readRegular(path, limit)
	if err != nil {
		r.fails[path] = err
		return nil, err
	}
	r.texts[path] = text
	return text, nil
}

// readRegular reads a regular file: a pipe or a device would hold the reader up.
func readRegular(path string, limit int64) (text []byte, err error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, reason(err)
	case info.IsDir():
		return nil, errors.New("is a folder")
	case !info.Mode().IsRegular():
		return nil, errors.New("is not a regular file")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, reason(err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	text, err = io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, reason(err)
	}
	if int64(len(text)) > limit {
		return nil, fmt.Errorf("is larger than %s", formatSize(limit))
	}
	return text, nil
}

// reason leaves the path out of an error of the file system's.
func reason(err error) error {
	if pe := (*fs.PathError)(nil); errors.As(err, &pe) {
		err = pe.Err
	}
	if errors.Is(err, fs.ErrNotExist) {
		return fs.ErrNotExist
	}
	return err
}
