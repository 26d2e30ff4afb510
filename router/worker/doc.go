// Package worker runs what nobody waits for: status callbacks, emitted events,
// background handlers. It runs the events of one order key one at a time and in
// the order in which they were accepted, and keys beside each other.
//
// Read in this order: worker.go ([Worker.Run]), dispatch.go (what is started,
// and when), run.go (one event's attempt) and record.go (its outcome).
package worker
