package reload

import (
	"log/slog"
	"os"
	"path/filepath"

	"github.com/fsnotify/fsnotify"
)

// watch is fsnotify on folders, for a file that is replaced by rename is lost
// to whoever watches the file. It may be blind: the poll then does its work.
type watch struct {
	fs  *fsnotify.Watcher
	log *slog.Logger
	on  map[string]bool
}

func newWatch(log *slog.Logger) *watch {
	fs, err := fsnotify.NewWatcher()
	if err != nil {
		log.Warn("file notifications are not to be had; changes are noticed by looking every two seconds", "error", err)
		return &watch{log: log}
	}
	return &watch{fs: fs, log: log, on: map[string]bool{}}
}

func (w *watch) close() {
	if w.fs != nil {
		_ = w.fs.Close() // nothing is lost with it
	}
}

// events and errors are nil channels, which never speak, for a blind watch.
func (w *watch) events() <-chan fsnotify.Event {
	if w.fs == nil {
		return nil
	}
	return w.fs.Events
}

func (w *watch) errors() <-chan error {
	if w.fs == nil {
		return nil
	}
	return w.fs.Errors
}

// cover watches the folders of paths: where the links lie, where they lead to,
// and, for what is not there yet, the nearest folder above it. It reports
// whether a folder is watched that was not before.
func (w *watch) cover(paths []string) (added bool) {
	if w.fs == nil {
		return false
	}
	wanted := map[string]bool{}
	for _, p := range paths {
		wanted[nearest(p)] = true
		if target, err := filepath.EvalSymlinks(p); err == nil {
			wanted[nearest(target)] = true
		}
	}
	for folder := range wanted {
		if w.on[folder] {
			continue
		}
		if err := w.fs.Add(folder); err != nil {
			w.log.Debug("folder not watched; changes are noticed by looking every two seconds", "folder", folder, "error", err)
			continue
		}
		w.on[folder], added = true, true
	}
	for folder := range w.on {
		if !wanted[folder] {
			_ = w.fs.Remove(folder) // it may be gone, and its watch with it
			delete(w.on, folder)
		}
	}
	return added
}

// forget makes cover watch a folder anew: after it was removed and made again
// the old watch is on something that has no name any more.
func (w *watch) forget(folder string) {
	if w.on[folder] {
		_ = w.fs.Remove(folder)
		delete(w.on, folder)
	}
}

// nearest is path itself if it is a folder, else the nearest folder above it
// that there is.
func nearest(path string) string {
	for {
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			return path
		}
		up := filepath.Dir(path)
		if up == path {
			return path
		}
		path = up
	}
}
