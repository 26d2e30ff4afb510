package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"twirouter/router"
	"twirouter/router/admin"
	"twirouter/router/config"
	"twirouter/router/memory"
	"twirouter/router/reload"
	"twirouter/router/twilio"
	"twirouter/router/webhook"
	"twirouter/router/worker"
)

// server is a running twirouter: the one place where all its parts meet.
type server struct {
	loader   *loader
	live     *router.Live
	store    router.Store
	gate     *router.Gate
	log      *slog.Logger
	teller   *teller
	door     *webhook.Door
	reloader *reload.Reloader
	worker   *worker.Worker
	first    *config.Config // what cannot change live is as it was here
	started  time.Time
	draining atomic.Bool

	public []net.Listener
	people net.Listener
}

// newServer loads the first generation and wires everything up. Nothing
// listens yet.
func newServer(ctx context.Context, c *cli, prepare func(*config.Config, *config.Deps) (*teller, *slog.Logger, error)) (*server, error) {
	found := c.newLoader(nil, true)
	if c.configFile != "" && !exists(c.configFile) {
		return nil, noConfig(c.configFile)
	}
	snapshot, err := found.Read()
	if err != nil {
		return nil, err
	}
	first := snapshot.Data.(*config.Files).Config()
	s := &server{live: new(router.Live), first: first, started: time.Now()}
	s.store = memory.New(memory.Options{Dedupe: first.Store.Dedupe})
	s.loader = c.newLoader(s.store, false)
	if s.teller, s.log, err = prepare(first, &s.loader.deps); err != nil {
		return nil, err
	}
	s.loader.panicked = func(file string, value any, stack []byte) {
		s.log.Error("internal error under a script", "script", file, "panic", fmt.Sprint(value), "stack", string(stack))
	}
	s.gate = router.NewGate(first.Concurrency())
	s.reloader = reload.New(reload.Config{
		Source: s.loader, Live: s.live, Now: time.Now, Log: s.log,
		Restart: func(first, now *router.Generation) []string {
			return config.Diff(first.Settings.(*config.Config), now.Settings.(*config.Config))
		},
		Told: s.reloaded,
	})
	if err := s.reloader.Load(ctx); err != nil {
		s.close()
		return nil, err
	}
	s.door = webhook.New(webhook.Config{
		Live: s.live, Ledger: s.store, Refusals: s.store, Gate: s.gate,
		IDs: s.loader.deps.IDs, Now: time.Now, Log: s.log, Watch: s.teller,
	})
	s.worker = worker.New(worker.Options{
		Store: s.store, Live: s.live.Load, Gate: s.gate, Log: s.log, Drain: first.Server.Drain, Ran: s.teller.Ran,
	})
	return s, nil
}

func noConfig(path string) error {
	return fail("twirouter init writes one", "%s: there is no such file", path)
}

// close releases what newServer made.
func (s *server) close() {
	s.loader.close()
	if err := s.store.Close(); err != nil {
		s.log.Error("the store did not close well", "error", err)
	}
}

// reloaded brings the parts that are not asked for each event up to date.
func (s *server) reloaded(reload.Status) {
	if g := s.live.Load(); g != nil {
		s.gate.Resize(g.Limits.Concurrency)
	}
	notifySystemd("READY=1")
}

// listen opens all addresses, or none. free says that another port will do
// where one is taken.
func (s *server) listen(ctx context.Context, free bool) error {
	from, err := inheritedListeners()
	if err != nil {
		return err
	}
	s.people = from.admin
	s.public = from.public
	if len(s.public) == 0 {
		for _, address := range s.first.Server.Listen {
			l, err := listenOn(ctx, address, free)
			if err != nil {
				s.unlisten()
				return err
			}
			s.public = append(s.public, l)
		}
	}
	if s.people == nil {
		if s.people, err = listenOn(ctx, s.first.Admin.Listen, free); err != nil {
			s.unlisten()
			return err
		}
	}
	if s.first.Server.TLS != nil {
		c := &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: s.certificate, NextProtos: []string{"h2", "http/1.1"}}
		for i, l := range s.public {
			s.public[i] = tls.NewListener(l, c)
		}
	}
	return nil
}

// certificate is that of the generation in force, so that a renewed one is used
// as soon as it is on disk.
func (s *server) certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c := s.live.Load().Settings.(*config.Config)
	if c.Server.TLS == nil || c.Server.TLS.Certificate == nil {
		return nil, errors.New("no certificate")
	}
	return c.Server.TLS.Certificate, nil
}

func listenOn(ctx context.Context, address string, free bool) (net.Listener, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", address)
	if err == nil {
		return l, nil
	}
	host, _, splitErr := net.SplitHostPort(address)
	if free && splitErr == nil && strings.Contains(err.Error(), "in use") {
		if l, again := lc.Listen(ctx, "tcp", net.JoinHostPort(host, "0")); again == nil {
			return l, nil
		}
	}
	return nil, fail("is another server running there? server.listen and admin.listen choose the addresses", "cannot listen on %s: %s", address, plain(err))
}

// plain is the last part of a network error: what happened, without how.
func plain(err error) string {
	text := err.Error()
	return strings.TrimSpace(text[strings.LastIndex(text, ": ")+1:])
}

func (s *server) unlisten() {
	for _, l := range append(s.public, s.people) {
		if l != nil {
			_ = l.Close() // it was never used
		}
	}
}

// run serves until ctx ends, then drains: no new work, what runs is finished
// within the time of server.drain. hangup asks for a reload.
func (s *server) run(ctx context.Context, hangup <-chan struct{}) error {
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	door := webhook.NewServer(s.door.Handler(), s.log)
	people := webhook.NewServer(s.adminDoor().Handler(), s.log)
	failed := make(chan error, len(s.public)+1)
	var serving, working sync.WaitGroup
	for _, l := range s.public {
		serving.Go(func() { failed <- door.Serve(l) })
	}
	serving.Go(func() { failed <- people.Serve(s.people) })
	working.Go(func() { s.reloader.Run(background) })
	working.Go(func() { s.worker.Run(background) })
	working.Go(func() {
		for {
			select {
			case <-hangup:
				notifySystemd("RELOADING=1")
				if s.reloader.Reload(background) == nil { // what went wrong is in the log
					s.log.Info("the files were read, as SIGHUP asked", "generation", s.live.Load().Number)
				}
				notifySystemd("READY=1")
			case <-background.Done():
				return
			}
		}
	})
	notifySystemd("READY=1")
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
		err = fail("", "a listener failed: %v", err)
	}
	s.draining.Store(true)
	notifySystemd("STOPPING=1")
	drain := s.first.Server.Drain
	s.log.Info("stopping", "drain", drain)
	stop() // the worker takes nothing more, while answers are finished beside it
	limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer cancel()
	if door.Shutdown(limit) != nil {
		s.log.Warn("not every answer was finished within server.drain", "drain", drain)
		_ = door.Close() // the connections go with it
	}
	if s.door.Wait(limit) != nil {
		s.log.Warn("what was still recorded after answers was cut off", "drain", drain)
	}
	working.Wait()
	_ = people.Close() // probes see the end only now
	serving.Wait()
	return err
}

func (s *server) adminDoor() *admin.Door {
	return admin.New(admin.Config{
		Status: s.status, Ready: s.ready, Reload: s.reloader.Reload, Journal: s.store, Token: s.first.Admin.Token,
		Names: localNames(s.first.Admin.Listen),
	})
}

func localNames(address string) []string {
	host, _, err := net.SplitHostPort(address)
	if err != nil || host == "" {
		return nil
	}
	return []string{host}
}

// ready says why events cannot be accepted now. A bad edit is no reason: the
// last good generation goes on.
func (s *server) ready(ctx context.Context) error {
	switch {
	case s.draining.Load():
		return errors.New("draining")
	case s.live.Load() == nil:
		return errors.New("nothing is loaded yet")
	}
	if _, err := s.store.Put(ctx, router.Write{Bucket: "router", Key: "ready", Val: []byte("1"), TTL: time.Minute}); err != nil {
		return fmt.Errorf("the store cannot be written: %w", err)
	}
	return nil
}

// status is what people see.
func (s *server) status(ctx context.Context) admin.Status {
	r, g := s.reloader.Status(), s.live.Load()
	st := admin.Status{
		Version: thisBuild().Version, Generation: r.Generation, Hash: r.Hash, Loaded: r.Loaded, Tried: r.Tried,
		Failing: r.Failing, Problems: r.Problems, Restart: r.Restart, Started: s.started,
		Config: s.loader.found.Path, Accounts: len(g.Accounts), Routes: len(g.Routes), Scripts: len(g.Scripts),
		Store: s.first.Store.URL, StoreOK: !s.door.StoreFailed(), Events: map[string]int{}, Draining: s.draining.Load(),
	}
	for _, l := range s.public {
		st.Listen = append(st.Listen, l.Addr().String())
	}
	if len(g.Server.PublicURLs) > 0 {
		if o, err := twilio.ParseOrigin(g.Server.PublicURLs[0]); err == nil {
			st.PublicURL = o.String()
		}
	}
	if counts, err := s.store.Stats(ctx); err == nil {
		for state, n := range counts {
			st.Events[string(state)] = n
		}
	} else {
		st.StoreOK = false
	}
	st.Running, st.Waiting = s.gate.Inside()
	n := s.door.Counts()
	st.Counts = map[string]int64{
		"accepted": n.Accepted.Load(), "duplicates": n.Duplicates.Load(), "refused": n.Refused.Load(),
		"malformed": n.Malformed.Load(), "unrecorded": n.Unrecorded.Load(), "saturated": n.Saturated.Load(),
		"reported": n.Reported.Load(), "unavailable": n.Unavailable.Load(), "panics": n.Panics.Load(),
	}
	return st
}
