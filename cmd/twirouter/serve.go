package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"twirouter/router/config"
)

func (c *cli) serveCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "serve",
		Short: "Run the server",
		Long: `Run the server: SIGTERM drains and ends it, SIGHUP reloads, a second SIGTERM
ends it at once. It refuses to start when a route verifies signatures and no
account has anything to verify with.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return c.serve(cmd.Context()) },
	}
}

func (c *cli) serve(ctx context.Context) error {
	ctx, hangup, stop := signals(ctx) // first of all: a SIGHUP that nobody expects ends a process
	defer stop()
	s, err := newServer(ctx, c, c.serveLog)
	if err != nil {
		return err
	}
	defer s.close()
	if problems := config.NeedsAccount(s.live.Load()); len(problems) > 0 {
		if s.loader.found.Path == "" {
			return fail("twirouter init writes a configuration to fill in; twirouter dev needs none", "there is no configuration file, and so no account whose requests could be verified")
		}
		return problems
	}
	if err := s.listen(ctx, false); err != nil {
		return err
	}
	g := s.live.Load()
	s.log.Info("twirouter serves", "version", thisBuild().Version, "config", s.loader.name(), "scripts", len(g.Scripts),
		"routes", len(g.Routes), "listen", addresses(s), "admin", s.people.Addr().String(), "store", s.first.Store.URL)
	return s.run(ctx, hangup)
}

// serveLog is where `serve` tells what happens.
func (c *cli) serveLog(cfg *config.Config, _ *config.Deps) (*teller, *slog.Logger, error) {
	log := newLog(c.Err, cfg.Log)
	return newTeller(log, cfg.Log), log, nil
}

func addresses(s *server) string {
	text := ""
	for i, l := range s.public {
		if i > 0 {
			text += " "
		}
		text += l.Addr().String()
	}
	return text
}

// signals ends the context on the first SIGTERM or SIGINT and the process on
// the second; SIGHUP asks for a reload, and several ask for one until it begins.
func signals(ctx context.Context) (context.Context, <-chan struct{}, func()) {
	ctx, cancel := context.WithCancel(ctx)
	end, reload := make(chan os.Signal, 2), make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGTERM, syscall.SIGINT)
	signal.Notify(reload, syscall.SIGHUP)
	hangup, over := make(chan struct{}, 1), make(chan struct{})
	go func() {
		ending := false
		for {
			select {
			case <-end:
				if ending {
					fmt.Fprintln(os.Stderr, "twirouter: ended at once, by a second signal")
					os.Exit(exitFailed)
				}
				ending = true
				cancel()
			case <-reload:
				select {
				case hangup <- struct{}{}:
				default:
				}
			case <-over:
				return
			}
		}
	}()
	return ctx, hangup, func() {
		signal.Stop(end)
		signal.Stop(reload)
		close(over)
		cancel()
	}
}
