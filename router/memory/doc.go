// Package memory is the router.Store that lives and dies with the process. Its
// memory is bounded: finished events are forgotten, oldest first, and new work
// is refused when unfinished events alone fill it.
//
// Read in this order: store.go (the bounds, and what is held), record.go (one
// event), append.go and commit.go (its way through the states), queue.go (what
// is ready for a worker), journal.go (what people find, what is forgotten),
// state.go (the state of scripts) and refusals.go. window.go, sorted.go and
// agenda.go are the three containers below.
package memory
