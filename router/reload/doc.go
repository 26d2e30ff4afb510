// Package reload keeps the generation in force up to date with the files that
// it was built from: a change on disk, a signal or a request → read → build →
// swap, or keep the old one and tell why.
//
// Read [Reloader] first, then watch.go (what wakes it) and stamp.go (how a
// change is noticed that nobody told of). Notifications only wake: the hash of
// all bytes decides whether there is anything to do.
package reload
